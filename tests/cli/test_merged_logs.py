"""Several logs of one run as one log, on which every command works."""

import msgspec
import pytest

import reports
from conformance.execution.resumption import read_earlier_run
from conformance.model import Catalogued, Described, RunFinished, RunStarted
from conformance.run_log.event_log import LogWriter
from conformance.run_log.merger import write_merged_log
from tests.reports.generator import Settings, events

SHARDED = events(Settings(exchanges=80, shards=2))


def write(path, listed):
    writer = LogWriter(path)
    for event in listed:
        writer.append(event)
    writer.close()
    return path


@pytest.fixture
def shards(tmp_path):
    """Return the logs of two shards."""
    headers = [event for event in SHARDED if getattr(event, "shard", None)]
    rest = [event for event in SHARDED if event not in headers and not isinstance(event, RunFinished)]
    (footer,) = (event for event in SHARDED if isinstance(event, RunFinished))
    first = dict.fromkeys(footer.requests, 1)
    others = {name: count - 1 for name, count in footer.requests.items()}
    footers = [msgspec.structs.replace(footer, requests=requests) for requests in (first, others)]
    headers = headers or [msgspec.structs.replace(SHARDED[0], shard=shard) for shard in ("1/2", "2/2")]
    rest = [event for event in rest if not isinstance(event, RunStarted)]
    half = len(rest) // 2
    parts = ([headers[0], *rest[:half], footers[0]], [headers[1], *rest[half:], footers[1]])
    return [write(tmp_path / str(n) / "events.jsonl", part) for n, part in enumerate(parts)]


def test_the_merged_log_says_what_all_say(shards, tmp_path):
    path = tmp_path / "merged" / "events.jsonl"
    write_merged_log(reports.read_events(shards), path)
    whole, merged = reports.fold(reports.read_events(shards)), reports.fold(reports.read_events([path]))
    for name in ("findings", "case_results", "counts", "verdict", "cut_off", "shards", "exchanges", "items"):
        assert getattr(merged, name) == getattr(whole, name), name
    assert merged.requests_sent == sum(read_earlier_run(path.parent).requests.values())
    assert not merged.cut_off


def test_a_missing_part_stays_missing(shards, tmp_path):
    path = tmp_path / "merged" / "events.jsonl"
    shards[1].write_bytes(shards[1].read_bytes().rpartition(b'{"type":"run_finished"')[0])
    write_merged_log(reports.read_events(shards), path)
    assert reports.fold(reports.read_events([path])).cut_off


def test_report_build_writes_it_and_overwrites_no_log(evconform, shards, tmp_path):
    before = [shard.read_bytes() for shard in shards]
    evconform("report", "build", *(str(shard.parent) for shard in shards))
    assert [shard.read_bytes() for shard in shards] == before
    merged = tmp_path / "merged"
    assert (merged / "report.html").exists()
    ended = evconform("report", "diff", str(merged), str(merged))
    assert (ended.code, "NOT WORSE" in ended.out) == (0, True)


def test_what_logs_share_is_written_once(shards, tmp_path):
    path = tmp_path / "merged.jsonl"
    write_merged_log([*reports.read_events(shards[:1]), *reports.read_events(shards[:1])], path)
    kinds = [type(event) for event in reports.read_events([path])]
    assert kinds.count(Described) == kinds.count(Catalogued) == 1
    assert kinds.index(RunFinished) == len(kinds) - kinds.count(RunFinished)
