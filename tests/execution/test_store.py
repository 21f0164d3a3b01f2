"""The shared store: ledgers that cannot be overdrawn, one asker for each question, survivors of a killed worker."""

import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.execution.store import Store
from conformance.model import Exchange, Request


def exchange(key):
    return Exchange(key, Request("GET /", "GET", "/"), "http://127.0.0.1/v2/", 0.0)


@settings(max_examples=20, deadline=None)
@given(limit=st.integers(0, 12), wishes=st.lists(st.sampled_from(["", "full", "readonly"]), max_size=30))
def test_no_ledger_is_overdrawn(tmp_path_factory, limit, wishes):
    store = Store(tmp_path_factory.mktemp("ledger") / "s.sqlite")
    granted = [who for who in wishes if store.spend(who, limit)]
    assert all(granted.count(who) == min(limit, wishes.count(who)) for who in set(wishes))
    assert {who: count for who, count in store.spent().items() if count} == {who: granted.count(who) for who in granted}
    store.close()


@settings(max_examples=20, deadline=None)
@given(limit=st.integers(250, 300), turns=st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=20))
def test_what_was_taken_at_once_and_not_used_goes_back(tmp_path_factory, limit, turns):
    path = tmp_path_factory.mktemp("ledger") / "s.sqlite"
    stores, sent = [Store(path, lease=8), Store(path, lease=3)], 0
    for number, (which, count) in enumerate(turns):
        granted = sum(stores[which].spend("full", limit) for _ in range(count))
        stores[which].finish(str(number))
        assert granted == min(count, limit - sent)
        sent += granted
        assert stores[not which].spent().get("full", 0) == sent
    for each in stores:
        each.close()


def test_a_lease_that_nobody_gives_back_is_no_way_over_a_limit(tmp_path):
    one, other = Store(tmp_path / "s.sqlite", lease=8), Store(tmp_path / "s.sqlite", lease=8)
    assert one.spend("full", 300)
    assert sum(other.spend("full", 300) for _ in range(400)) == 300 - 8
    one.close()
    assert sum(other.spend("full", 300) for _ in range(400)) == 7
    other.close()


@pytest.mark.parametrize("lease", [1, 8])
def test_processes_share_one_ledger(lease, tmp_path):
    path = tmp_path / "s.sqlite"
    code = "import sys; from pathlib import Path; from conformance.execution.store import Store\n"
    code += f"s = Store(Path(sys.argv[1]), {lease}); print(sum(s.spend('full', 300) for _ in range(200))); s.close()"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert sum(int(each.communicate()[0]) for each in running) == 300


def test_a_question_has_one_asker_and_the_others_get_the_answer(tmp_path):
    path = tmp_path / "s.sqlite"
    first = Store(path)
    assert first.claim("q") is None
    got = []

    def wait():
        second = Store(path)
        got.append(second.claim("q"))
        second.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    first.keep("q", exchange("q"))
    waiting.join(10)
    assert got == [exchange("q")]
    first.close()


def test_a_released_question_can_be_asked_again(tmp_path):
    store = Store(tmp_path / "s.sqlite")
    assert store.claim("q") is None
    store.release("q")
    assert store.claim("q") is None
    store.close()


def test_the_question_of_a_dead_worker_is_taken_over(tmp_path):
    path = tmp_path / "s.sqlite"
    code = "import sys; from pathlib import Path; from conformance.execution.store import Store\n"
    code += "Store(Path(sys.argv[1])).claim('q')"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    store = Store(path)
    assert store.claim("q") is None
    store.close()


def test_the_first_reason_to_stop_stays(tmp_path):
    store = Store(tmp_path / "s.sqlite")
    assert store.stopped() == ""
    store.stop("one")
    store.stop("two")
    assert store.stopped() == "one"
    store.close()
