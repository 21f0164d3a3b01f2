"""The chain of attempts tells what was changed, taken away or put in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.certificates.attempts import append_attempt, build_chain_path, read_chain
from tests.certificates.conftest import NOW, SUBJECT


def add(path: Path, log: str, verdict: str = "violations"):
    return append_attempt(path, SUBJECT, at=NOW, verdict=verdict, log_sha256=log)


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> list[bytes]:
    path = tmp_path_factory.mktemp("chain") / "chain.jsonl"
    for number in range(4):
        add(path, f"{number:064}")
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module")
def find_break(tmp_path_factory):
    path = tmp_path_factory.mktemp("broken") / "chain.jsonl"

    def look(content: bytes) -> str:
        path.write_bytes(content)
        return read_chain(path).broken

    return look


def test_attempts_are_counted(tmp_path):
    path = tmp_path / "deep/chain.jsonl"
    assert read_chain(path).attempts == ()
    add(path, "a")
    chain = add(path, "b", "conforms")
    assert [(attempt.number, attempt.verdict) for attempt in chain.attempts] == [(1, "violations"), (2, "conforms")]
    assert chain.attempts[1].previous == chain.digests[0]
    assert (chain.find_index("b"), chain.find_index("c"), chain.broken) == (1, None, "")


def test_the_same_record_counts_once(tmp_path):
    add(tmp_path / "chain", "a")
    add(tmp_path / "chain", "b")
    assert len(add(tmp_path / "chain", "a").attempts) == 2


@given(at=st.integers(0), byte=st.integers(0, 255))
def test_any_change_before_the_last_line_is_noticed(lines, find_break, at, byte):
    content = b"".join(lines)
    at %= sum(map(len, lines[:-1]))
    if content[at] == byte:
        return
    assert find_break(content[:at] + bytes([byte]) + content[at + 1 :])


def test_a_line_taken_away_is_noticed_or_the_chain_is_shorter(lines, find_break):
    for gone in range(len(lines) - 1):
        assert find_break(b"".join(lines[:gone] + lines[gone + 1 :]))
    assert not find_break(b"".join(lines[:-1]))  # what is certified names its entry: see verifying


def test_a_line_moved_doubled_or_cut_is_noticed(lines, find_break):
    assert find_break(b"".join([lines[1], lines[0], *lines[2:]]))
    assert find_break(b"".join([lines[0], lines[0], *lines[1:]]))
    assert "middle of a line" in find_break(b"".join(lines)[:-20])
    assert "line 5: this is not an attempt" in find_break(b"".join(lines) + b"{}\n")


def test_an_attempt_of_another_subject_is_noticed(tmp_path):
    add(tmp_path / "chain", "a")
    another_subject = msgspec.structs.replace(SUBJECT, subject="Another")
    chain = append_attempt(tmp_path / "chain", another_subject, at=NOW, verdict="conforms", log_sha256="b")
    assert "an attempt of Another" in chain.broken


def test_a_broken_chain_goes_on_and_stays_broken(tmp_path):
    path = tmp_path / "chain"
    add(path, "a")
    add(path, "b")
    path.write_bytes(path.read_bytes().replace(b"violations", b"conforms", 1) + b'{"half')
    assert "line 2" in add(path, "c").broken
    assert path.read_bytes().count(b"\n") == 4


def test_two_that_end_at_once_both_count(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add(tmp_path / "chain", f"{n}"), range(40)))
    chain = read_chain(tmp_path / "chain")
    assert (len(chain.attempts), chain.broken) == (40, "")


def test_like_names_have_chains_of_their_own():
    names = ("Acme", "acme", "Acme!", "", "///", "a" * 300)
    files = {build_chain_path(Path(), msgspec.structs.replace(SUBJECT, subject=name)).name for name in names}
    assert len(files) == len(names)
    assert all(len(file) < 90 and "/" not in file for file in files)
