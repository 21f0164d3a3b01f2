from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import LogError
from conformance.model import Noticed, Observed, Outcome, RunFinished, Verdict
from conformance.run_log.event_log import CUT_OFF_TOPIC, LogWriter, find_logs, read_events
from tests.reports.generator import Settings, events

RUN = events(Settings(exchanges=6))


def write(path: Path, written: list) -> Path:
    with LogWriter(path) as log:
        for event in written:
            log.append(event)
    return path


def test_what_is_written_is_read(tmp_path):
    assert list(read_events([write(tmp_path / "events.jsonl", RUN)])) == RUN


def test_every_event_is_on_disk_before_append_returns(tmp_path):
    with LogWriter(tmp_path / "events.jsonl") as log:
        for number, event in enumerate(RUN[:5], 1):
            log.append(event)
            assert list(read_events([log.path]))[:-1] == RUN[:number]


@given(st.data())
def test_a_log_cut_anywhere_reads_as_a_prefix_and_says_so(tmp_path_factory, data):
    path = write(tmp_path_factory.mktemp("cut") / "events.jsonl", RUN)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    actual = list(read_events([path]))
    *prefix, last = actual
    assert prefix == RUN[: len(prefix)]
    assert isinstance(last, Noticed)
    assert last.topic == CUT_OFF_TOPIC


def test_a_resumed_log_drops_the_half_line_of_the_killed_run(tmp_path):
    path = write(tmp_path / "events.jsonl", RUN[:3])
    path.write_bytes(path.read_bytes() + b'{"type":"outc')
    write(path, RUN[3:])
    assert list(read_events([path])) == RUN


@pytest.mark.parametrize("line", [b"no json", b'{"type":"unheard_of"}', b'{"type":"item","item":1}', b""])
def test_a_foreign_line_names_file_and_line(tmp_path, line):
    path = write(tmp_path / "events.jsonl", RUN[:2])
    before = path.read_bytes()
    path.write_bytes(before + line + b"\n" + msgspec.json.encode(RUN[-1]) + b"\n")
    number = before.count(b"\n") + 1
    with pytest.raises(LogError, match=rf"events\.jsonl, line {number}"):
        list(read_events([path]))


def test_a_header_of_another_schema_is_refused(tmp_path):
    path = write(tmp_path / "events.jsonl", [msgspec.structs.replace(RUN[0], schema="evconform/events/9"), *RUN[1:]])
    with pytest.raises(LogError, match=r"line 1 has the schema 'evconform/events/9'"):
        list(read_events([path]))


def test_a_missing_log_is_an_error(tmp_path):
    with pytest.raises(LogError, match="cannot be read"):
        list(read_events([tmp_path / "nothing.jsonl"]))
    with pytest.raises(LogError, match="holds no run log"):
        list(read_events([tmp_path]))


def test_a_finished_run_is_read_from_its_whole_log_alone(tmp_path):
    whole = write(tmp_path / "events.jsonl", RUN)
    write(tmp_path / "workers" / "gw0.jsonl", RUN[:4])
    assert find_logs(tmp_path) == (whole,)


def test_a_killed_run_is_read_from_its_workers_too(tmp_path):
    assert isinstance(RUN[-1], RunFinished)
    whole = write(tmp_path / "events.jsonl", RUN[:-1])
    worker = write(tmp_path / "workers" / "gw0.jsonl", RUN[:4])
    assert find_logs(tmp_path) == (whole, worker)


def test_a_lone_surrogate_from_a_target_does_not_stop_the_log(tmp_path):
    path = write(tmp_path / "events.jsonl", [Observed(Outcome("RSP-03", "*", Verdict.FAIL, actual="\ud800 here"))])
    first = next(iter(read_events([path])))
    assert isinstance(first, Observed)
    assert first.outcome.actual.endswith(" here")
