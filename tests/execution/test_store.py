"""The shared store: no ledger is overdrawn, each request is sent once, and a killed worker blocks nobody."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.execution.store import Pending, SharedStore
from conformance.model import Exchange, Request


def exchange(key):
    return Exchange(key, Request("GET /", "GET", "/"), "http://127.0.0.1/v2/", 0.0)


@settings(max_examples=20, deadline=None)
@given(limit=st.integers(0, 12), requests=st.lists(st.sampled_from(["", "full", "readonly"]), max_size=30))
def test_no_ledger_is_overdrawn(tmp_path_factory, limit, requests):
    store = SharedStore(tmp_path_factory.mktemp("ledger") / "s.sqlite")
    granted = [identity for identity in requests if store.try_spend(identity, limit)]
    assert all(granted.count(identity) == min(limit, requests.count(identity)) for identity in set(requests))
    assert {identity: count for identity, count in store.get_spent().items() if count} == Counter(granted)
    store.close()


@settings(max_examples=20, deadline=None)
@given(limit=st.integers(250, 300), turns=st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=20))
def test_unused_requests_of_a_lease_are_given_back(tmp_path_factory, limit, turns):
    path = tmp_path_factory.mktemp("ledger") / "s.sqlite"
    stores, sent = [SharedStore(path, lease=8), SharedStore(path, lease=3)], 0
    for number, (index, count) in enumerate(turns):
        granted = sum(stores[index].try_spend("full", limit) for _ in range(count))
        stores[index].finish_item(str(number))
        assert granted in {count, *range(limit - sent - 9, limit - sent + 1)}  # less only near the limit
        sent += granted
        assert sent <= stores[not index].get_spent().get("full", 0) <= min(limit, sent + 9)
    for store in stores:
        store.close()
    reader = SharedStore(path)
    assert reader.get_spent().get("full", 0) == sent
    reader.close()


def test_an_open_lease_does_not_exceed_a_limit(tmp_path):
    first, second = SharedStore(tmp_path / "s.sqlite", lease=8), SharedStore(tmp_path / "s.sqlite", lease=8)
    assert first.try_spend("full", 300)
    assert sum(second.try_spend("full", 300) for _ in range(400)) == 300 - 8
    first.close()
    assert sum(second.try_spend("full", 300) for _ in range(400)) == 7
    second.close()


@pytest.mark.parametrize("lease", [1, 8])
def test_processes_share_one_ledger(lease, tmp_path):
    path = tmp_path / "s.sqlite"
    code = "import sys; from pathlib import Path; from conformance.execution.store import SharedStore\n"
    code += f"s = SharedStore(Path(sys.argv[1]), {lease})\n"
    code += "print(sum(s.try_spend('full', 300) for _ in range(200))); s.close()"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert sum(int(process.communicate()[0]) for process in processes) == 300


def test_a_request_is_sent_once_and_its_response_is_shared(tmp_path):
    first, second = SharedStore(tmp_path / "s.sqlite"), SharedStore(tmp_path / "s.sqlite")
    assert first.claim("q") is None
    assert (first.claim("q"), second.claim("q")) == (Pending.HERE, Pending.ELSEWHERE)
    assert (first.is_claimed("q"), second.is_claimed("q")) == (True, False)
    first.store_exchange("q", exchange("q"))
    assert first.claim("q") == second.claim("q") == exchange("q")
    assert not first.is_claimed("q")
    first.close()
    second.close()


def test_a_released_request_can_be_claimed_again(tmp_path):
    store = SharedStore(tmp_path / "s.sqlite")
    assert store.claim("q") is None
    store.release("q")
    assert store.claim("q") is None
    store.close()


def test_the_claim_of_a_dead_worker_is_taken_over(tmp_path):
    path = tmp_path / "s.sqlite"
    code = "import sys; from pathlib import Path; from conformance.execution.store import SharedStore\n"
    code += "SharedStore(Path(sys.argv[1])).claim('q')"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    store = SharedStore(path)
    assert store.claim("q") is None
    store.close()


def test_the_first_reason_to_stop_is_kept(tmp_path):
    store = SharedStore(tmp_path / "s.sqlite")
    assert store.get_stop_reason() == ""
    store.stop("one")
    store.stop("two")
    assert store.get_stop_reason() == "one"
    store.close()
