"""Exchanges of long runs wait in a temporary file, and no report tells the difference."""

from pathlib import Path

import reports
from conformance.model import Exchanged
from conformance.run_log import line_decoder
from conformance.run_log.event_log import LogWriter
from reports import exchange_store
from reports.exchange_store import ExchangesById, StoredExchanges, list_ids
from tests.reports.generator import Settings, events
from tests.reports.test_large_reports import measure_peak

EVENTS = events(Settings(exchanges=200, undecided=1))


def write_all(folder: Path) -> dict[str, bytes]:
    reports.build(EVENTS, folder, tuple(reports.FORMATS))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_reports_are_the_same_where_exchanges_wait_in_a_file(tmp_path, monkeypatch):
    expected = write_all(tmp_path / "memory")
    monkeypatch.setattr(exchange_store, "_MOST_BYTES", 20_000)
    assert isinstance(reports.fold(EVENTS).exchanges, StoredExchanges)
    assert write_all(tmp_path / "file") == expected


def test_stored_exchanges_are_a_sequence_in_the_order_of_sending(monkeypatch):
    expected = reports.fold(EVENTS).exchanges
    monkeypatch.setattr(exchange_store, "_MOST_BYTES", 20_000)
    stored = reports.fold(reversed([*EVENTS, *EVENTS])).exchanges
    assert stored == expected
    assert stored[-1] == expected[-1]
    assert stored[3:9:2] == list(expected[3:9:2])
    assert list(list_ids(stored)) == list(list_ids(expected))
    assert dict(ExchangesById(stored)) == dict(ExchangesById(expected))
    assert "no such id" not in ExchangesById(stored)


def test_without_a_file_they_stay_in_memory(monkeypatch):
    expected = reports.fold(EVENTS).exchanges

    def refuse():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exchange_store, "TemporaryFile", refuse)
    monkeypatch.setattr(exchange_store, "_MOST_BYTES", 20_000)
    assert reports.fold(EVENTS).exchanges == expected


def test_reading_a_long_run_takes_less_memory_than_its_bodies(tmp_path, monkeypatch):
    run = events(Settings(exchanges=1_500, page=25))
    responses = (event.exchange.response for event in run if isinstance(event, Exchanged))
    bodies = sum(len(response.body) for response in responses if response)
    with LogWriter(tmp_path / "events.jsonl") as log:
        for event in run:
            log.append(event)
    del run
    monkeypatch.setattr(exchange_store, "_MOST_BYTES", 20_000)
    monkeypatch.setattr(line_decoder, "_RECENT_BYTES", 20_000)
    assert bodies > 5_000_000
    assert measure_peak(lambda: reports.fold(reports.read_events([tmp_path]))) < bodies
