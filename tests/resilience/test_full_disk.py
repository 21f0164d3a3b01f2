"""A disk that is full ends a run clearly, and leaves what there is readable."""

import pytest

from conformance.errors import LogError
from conformance.execution.store import SharedStore
from conformance.model import Noticed
from conformance.run_log.event_log import CUT_OFF_TOPIC, LogWriter, read_events


class FullAfter:
    """A file on a disk with so many bytes left."""

    def __init__(self, file, left):
        self.file, self.left = file, left

    def write(self, data):
        if not self.left:
            raise OSError(28, "No space left on device")
        count = self.file.write(bytes(data[: self.left]))
        self.left -= count
        return count

    def close(self):
        self.file.close()


def test_a_line_that_did_not_fit_leaves_nothing_behind(tmp_path):
    log = LogWriter(tmp_path / "log.jsonl")
    log.append(Noticed("one", "first"))
    log._file = FullAfter(log._file, 10)
    with pytest.raises(LogError, match="No space left"):
        log.append(Noticed("two", "second"))
    log._file.left = 1000
    log.append(Noticed("three", "third"))
    log.close()
    topics = [event.topic for event in read_events([tmp_path / "log.jsonl"])]
    assert topics == ["one", "three", CUT_OFF_TOPIC]


def test_a_store_without_room_says_so_and_stops_its_own_process(tmp_path):
    store = SharedStore(tmp_path / "shared.sqlite")
    store._do("PRAGMA max_page_count=1")
    store._do("PRAGMA query_only=ON")
    with pytest.raises(LogError, match="cannot be used"):
        store.stop("the disk is full")
    assert store.get_stop_reason() == "the disk is full"
    store._do("PRAGMA query_only=OFF")
    store.close()


def test_a_claim_that_cannot_be_given_up_is_not_waited_for(tmp_path):
    store = SharedStore(tmp_path / "shared.sqlite")
    assert store.claim("x") is None
    store._do("PRAGMA query_only=ON")
    store.release("x")
    assert not store.is_claimed("x")
    store._do("PRAGMA query_only=OFF")
    store.close()


def test_a_store_in_a_broken_file_is_refused_at_once(tmp_path):
    (tmp_path / "shared.sqlite").write_bytes(b"no database " * 1000)
    with pytest.raises(LogError, match="not a database"):
        SharedStore(tmp_path / "shared.sqlite")
