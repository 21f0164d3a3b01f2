"""The events of judged exchanges share lines, and none is lost or moved to another item."""

from pathlib import Path

from conformance.model import Event, Exchange, Exchanged, Observed, Outcome, Request, Response, Verdict
from conformance.run_log.event_log import LogWriter, read_events
from conformance.traffic.batched_log import BatchedLog


def exchanged(number: int, item: str = "traffic", size: int = 100) -> Exchanged:
    """Return an exchange whose body has so many bytes."""
    request = Request("GET /things", "GET", f"/things?page={number}")
    response = Response(200, (("Content-Type", "text/plain"),), b"%07d" % number * (size // 7))
    return Exchanged(Exchange(f"x{number}", request, f"http://h{request.target}", 1.0, response), item)


def write(path: Path, events: list[Event]) -> list[Event]:
    """Write events in batches and return those that were read on the way."""
    known: list[Event] = []
    with LogWriter(path) as writer:
        log = BatchedLog(writer, known.append)
        for event in events:
            log.append(event)
        assert known == events
        log.flush()
    return known


def read(path: Path) -> list[Event]:
    """Return the events of a log without a footer."""
    return list(read_events([path]))[:-1]


def test_events_are_read_as_they_were_written(tmp_path: Path) -> None:
    outcome = Observed(Outcome("RSP-01", "GET /things", Verdict.PASS), "traffic")
    events: list[Event] = [event for number in range(300) for event in (exchanged(number), outcome)]
    write(tmp_path / "log.jsonl", events)
    assert read(tmp_path / "log.jsonl") == events


def test_each_item_has_lines_of_its_own(tmp_path: Path) -> None:
    events: list[Event] = [exchanged(number, f"item {number // 10}") for number in range(40)]
    write(tmp_path / "log.jsonl", events)
    assert read(tmp_path / "log.jsonl") == events


def test_large_bodies_do_not_wait(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log.jsonl") as writer:
        log = BatchedLog(writer, lambda event: None)
        log.append(exchanged(1, size=1 << 21))
        assert (tmp_path / "log.jsonl").stat().st_size
