"""A run log holds each body once and long events compressed; every prefix of its lines, and an old log, can be read."""

import random
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.errors import LogError
from conformance.execution.last_outcomes import merge_logs
from conformance.model import (
    Exchange,
    Exchanged,
    Generated,
    ItemFinished,
    Observed,
    Outcome,
    Passed,
    Request,
    Response,
    Verdict,
)
from conformance.model.event import OLD_SCHEMAS, RunFinished
from conformance.run_log import item_names, line_decoder, line_encoder, shared_values
from conformance.run_log.event_log import LogWriter, read_events
from conformance.run_log.stored_lines import Blob, Packed, StoredExchange
from tests.reports.generator import Settings, events

RUN = events(Settings(exchanges=6))
BODIES = st.one_of(st.binary(max_size=200), st.sampled_from([b"{}", b'{"id": "x"}' * 20, bytes(100_000)]))


def exchanged(number: int, body: bytes, sent: bytes = b"", item: str = "item") -> Exchanged:
    operation = f"GET /things/{number % 2}"
    response = Response(200, (("content-type", "application/json"),), body, 0.1)
    request = Request(operation, "GET", f"/things/{number}", body=sent)
    return Exchanged(Exchange(f"x{number}", request, f"http://h/things/{number}", 1.0, response), item)


def make_page(number: int) -> bytes:
    """Return a list of 25 things, as a server would show it: names repeat, values do not."""
    values = random.Random(number)  # noqa: S311
    things = [
        {"id": f"thing{values.randrange(10**12):026d}", "url": f"/things/{values.randrange(10**9)}", "is_ready": True}
        for _ in range(25)
    ]
    return msgspec.json.encode({"items": things})


def write(path: Path, written: list) -> Path:
    with LogWriter(path) as log:
        for event in written:
            log.append(event)
    return path


def read(path: Path) -> list:
    return list(read_events([path]))[:-1]  # without the notice that the log has no footer


@pytest.mark.parametrize("length", [1, 2, 12])
@given(st.lists(st.tuples(st.integers(0, 5), BODIES, BODIES), max_size=12))
def test_what_is_written_is_read(tmp_path_factory, length, bodies):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_encoder, "_DIGEST_LENGTH", length)  # short ones are often shared
        written = [exchanged(*numbered) for numbered in bodies]
        assert read(write(tmp_path_factory.mktemp("log") / "events.jsonl", written)) == written


@given(*[st.lists(st.integers(0, 7), unique=True)] * 2)
@example([0, 2], [4, 0])  # the base of one log has a base in the other
def test_the_merged_logs_of_workers_are_read(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("log")
    written = []
    for worker, numbers in (("gw0", first), ("gw1", second)):
        own = [exchanged(number, make_page(number // 2), item=f"{worker} {number}") for number in numbers]
        write(folder / "workers" / f"{worker}.jsonl", own)
        written += own
    footer = RunFinished(1.0, {})
    merge_logs(folder / "workers", folder / "events.jsonl", [event.item for event in written], footer)
    assert read(folder / "events.jsonl") == written


def test_a_body_stands_in_the_log_once(tmp_path):
    body = random.Random(1).randbytes(50_000)  # noqa: S311
    path = write(tmp_path / "events.jsonl", [exchanged(number, body, body) for number in range(20)])
    assert path.stat().st_size < 1.5 * len(body)
    first, second = (event.exchange.response.body for event in read(path)[:2])
    assert first is second  # and in memory


def test_an_exchange_takes_little_space(tmp_path):
    written = [exchanged(number, make_page(number)) for number in range(400)]
    assert len(msgspec.json.encode(written[0])) > 2500
    path = write(tmp_path / "events.jsonl", written)
    assert path.stat().st_size / len(written) < 1500


def test_events_of_an_item_share_a_line(tmp_path):
    item = "read[GET /things]"
    outcomes = [Observed(Outcome(f"RSP-{number:02}", "GET /things", Verdict.PASS), item) for number in range(30)]
    together = [*outcomes, ItemFinished(item, 0.5, 2)]
    with LogWriter(tmp_path / "events.jsonl") as log:
        log.append_together(together)
        before = log.path.read_bytes().count(b"\n")
        log.append_together(together)
        log.append_together([])
    assert log.path.read_bytes().count(b"\n") == before + 1
    assert read(log.path) == [*together, *together]
    assert log.path.stat().st_size < 1000


def test_exchanges_of_an_item_share_a_line_and_their_bodies_stand_once(tmp_path):
    body = random.Random(1).randbytes(50_000)  # noqa: S311
    together = [exchanged(number, body) for number in range(20)]
    with LogWriter(tmp_path / "events.jsonl") as log:
        log.append_together(together)
        before = log.path.read_bytes().count(b"\n")
        log.append_together(together)
    assert log.path.read_bytes().count(b"\n") == before + 1
    assert read(log.path) == [*together, *together]
    assert log.path.stat().st_size < 1.5 * len(body)


def test_equal_events_of_two_probes_are_told_apart(tmp_path):
    outcomes = [Outcome(f"RSP-{number:02}", "GET /things", Verdict.PASS, "x" * 300) for number in range(3)]
    items = ("read[GET /things]", "filter[GET /things]", "read[GET /others]")
    with LogWriter(tmp_path / "events.jsonl") as log:
        for item in items:
            log.append_together([Observed(outcome, item) for outcome in outcomes])
    assert read(log.path) == [Observed(outcome, item) for item in items for outcome in outcomes]


def test_every_line_names_its_item_in_full_the_first_time(tmp_path):
    items = ["read[GET /things]", "read[GET /others]", "read[GET /things]", "short", "short"]
    written = [exchanged(number, make_page(number), item=item) for number, item in enumerate(items)]
    path = write(tmp_path / "events.jsonl", written)
    lines = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    packed = [line for line in lines if line["type"] == "packed"]
    assert [line.get("item") for line in packed] == [*items[:2], None, *items[3:]]
    assert [bool(line.get("again")) for line in packed] == [False, False, True, False, False]
    assert read(path) == written


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["read[GET /a]", "read[GET /b]", "filter[GET /a]", "x", ""]), max_size=8))
def test_items_whose_names_have_one_digest_are_told_apart(tmp_path_factory, items):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_names, "_digest", lambda _: "digest")
        folder = tmp_path_factory.mktemp("log")
        written = [exchanged(number, make_page(number), item=item) for number, item in enumerate(items)]
        assert read(write(folder / "events.jsonl", written)) == written
        write(folder / "workers" / "gw0.jsonl", written)
        merge_logs(folder / "workers", folder / "merged.jsonl", sorted(set(items)), RunFinished(1.0, {}))
        assert sorted(map(repr, list(read_events([folder / "merged.jsonl"]))[:-1])) == sorted(map(repr, written))


@pytest.mark.parametrize("schema", OLD_SCHEMAS)
def test_a_log_of_the_schema_before_is_read(tmp_path, schema):
    header = msgspec.structs.replace(RUN[0], schema=schema)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in (header, *RUN[1:])))
    assert list(read_events([path])) == [header, *RUN[1:]]


def deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()


REFERENCE = StoredExchange(exchanged(1, b"").exchange, "item", response_body="b")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([Packed(b"\xff\xff\xff")], "its compressed data is broken"),
        ([Packed(deflate(msgspec.json.encode(RUN[0]))[:-9])], "its compressed data is incomplete or too long"),
        ([Packed(deflate(bytes(2000)))], "its compressed data is incomplete or too long"),
        ([Packed(deflate(b"no json"))], "JSON is malformed"),
        ([REFERENCE], "no blob b stands before it"),
        ([Blob("b", deflate(b"x"), "gone"), REFERENCE], "no blob gone stands before it"),
        ([Blob("b", deflate(b"x"), "b"), REFERENCE], "the base b of blob b does not stand before it"),
        ([Packed(deflate(b"{}"), again="12345678")], "no item 12345678 stands before it"),
        ([Blob("b", b"\xff\xff"), REFERENCE], "its compressed data is broken"),
    ],
)
def test_a_forged_line_names_file_and_line(tmp_path, monkeypatch, lines, message):
    monkeypatch.setattr(line_decoder, "_MAX_UNPACKED", 1000)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    with pytest.raises(LogError, match=rf"events\.jsonl, line {len(lines)} is not an event of .*{message}"):
        list(read_events([path]))


def test_packed_events_in_packed_events_do_not_go_on_without_end(tmp_path):
    line = msgspec.json.encode(Packed(deflate(b"{}")))
    for _ in range(200):
        line = msgspec.json.encode(Packed(deflate(line)))
    path = tmp_path / "events.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(LogError, match="line 1 is not an event"):
        list(read_events([path]))


def test_equal_parts_of_events_are_one_object(tmp_path):
    log = write(tmp_path / "events.jsonl", [event for event in RUN if isinstance(event, Exchanged | Observed)])
    sent = [event.exchange for event in read(log) if isinstance(event, Exchanged)]
    assert len({id(exchange.request.method) for exchange in sent}) == 1
    assert len({id(exchange.request.headers) for exchange in sent}) == 1
    pairs = [pair for exchange in sent for pair in exchange.response.headers if pair[0] == "EvEnergy-Version"]
    assert len(pairs) == len(sent)
    assert len(set(map(id, pairs))) == 1
    outcomes = [event.outcome for event in read(log) if isinstance(event, Observed)]
    assert len({id(outcome.operation) for outcome in outcomes}) == len({outcome.operation for outcome in outcomes})


def test_what_never_repeats_is_not_remembered_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_values, "_MOST", 2)
    assert read(write(tmp_path / "events.jsonl", RUN[:-1])) == RUN[:-1]


def test_what_passed_together_is_read_with_its_item(tmp_path):
    passed = Passed("GET /things", tuple(f"RSP-{number:02}" for number in range(60)), "x1", item="item")
    finished = ItemFinished("item", 0.1, 1)
    with LogWriter(tmp_path / "events.jsonl") as log:
        log.append(passed)
        log.append_together((passed, finished))
    assert read(tmp_path / "events.jsonl") == [passed, passed, finished]


def test_events_without_an_item_leave_that_of_the_others(tmp_path):
    note = Generated("GET /things", "x1", "positive", "coverage", 200)
    finished = ItemFinished("item", 0.1, 1)
    with LogWriter(tmp_path / "events.jsonl") as log:
        log.append_together((note, finished))
    assert read(tmp_path / "events.jsonl") == [note, finished]
