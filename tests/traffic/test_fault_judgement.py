"""The judgement of faults by recordings, on recordings that are edited."""

from copy import copy, deepcopy

from conformance.description import load_description
from tests.traffic.fault_judgement import FaultJudgement, count_differences
from tests.traffic.judge_matrix import format_table
from tests.traffic.sample_recording import build_server, read_ordinarily


def test_recording_differs_where_a_response_does() -> None:
    recording = read_ordinarily(build_server(load_description()), limit=20)
    other = copy(recording)
    other.entries = deepcopy(recording.entries)
    assert count_differences(other, recording) == 0
    other.entries[5]["response"]["status"] = 500
    other.entries[7]["response"]["headers"] = [{"name": "Date", "value": "now"}]
    del other.entries[10]
    assert count_differences(other, recording) == 2


def test_table_counts_what_is_seen_and_what_is_named() -> None:
    named = FaultJudgement("a", ("EXP-02",), 1, ("EXP-02 GET /evses",))
    elsewhere, missed = (
        FaultJudgement("b", ("EXP-03",), 1, (), ("RSP-03 GET /evses",)),
        FaultJudgement("c", ("EXP-04",), 1),
    )
    lines = list(format_table([named, elsewhere, missed, FaultJudgement("d", ("PAG-01",), 0)]))
    assert "| EXP | 3 | 2 | 1 | 0 | `c` |" in lines
    assert lines[-1] == "Of 3 faults that the reads touch: seen 67%, named 33%. 1 other faults touch none."
