"""The trend over the last runs, and the history file that it comes from."""

import json

import msgspec
import pytest

import reports
from conformance.errors import UsageError
from conformance.model import Observed, Outcome, Profile, RunStarted, Verdict
from conformance.reporting.compared_runs import read_compared_runs, record_run
from conformance.run_log.event_log import LogWriter
from reports import history as history_file
from reports.history import FamilyCount, merge_runs, read_history, write_history
from reports.summary import RunVerdict
from reports.trend import build_trend, describe_run
from tests.reports.generator import STARTED, Settings, events

DAY = 86_400.0
EXPANSION, LIMIT = "GET /evses/{evse_id}", "GET /users"


def make_events(day, failing, *, profile=Profile.STANDARD):
    """Return the events of a run without faults, but for outcomes of the requirements and operations named."""
    *before, footer = events(Settings(exchanges=12, faulty=False))
    for event in before:
        if isinstance(event, RunStarted):
            yield msgspec.structs.replace(event, run=f"run-{day}", started_at=STARTED + day * DAY, profile=profile)
        elif not isinstance(event, Observed) or event.outcome.verdict is Verdict.PASS:
            yield event
    for case in {("EXP-04", EXPANSION), ("AUT-01", LIMIT), *failing}:
        yield Observed(Outcome(*case, Verdict.FAIL, "wrong") if case in failing else Outcome(*case, Verdict.PASS))
    yield footer


def make_run(day, *failing, **more):
    return reports.fold(make_events(day, failing, **more))


def follow(*runs):
    """Return the last run with the others as its history."""
    return msgspec.structs.replace(runs[-1], history=tuple(describe_run(run) for run in runs[:-1]))


def test_a_run_is_described_by_its_counts_and_findings():
    run = describe_run(make_run(1, ("EXP-04", EXPANSION), ("AUT-01", LIMIT)))
    assert (run.run, run.target, run.profile, run.verdict) == ("run-1", "builtin", "standard", RunVerdict.VIOLATIONS)
    assert run.families["AUT"].failing == run.families["EXP"].failing == 1
    assert run.families["RSP"] == FamilyCount(0, run.families["RSP"].judged)
    assert set(run.findings.values()) == {f"EXP-04 {EXPANSION}", f"AUT-01 {LIMIT}"}


def test_the_trend_has_a_line_for_each_family_that_failed_and_names_the_others():
    clean, two, one = (
        make_run(1),
        make_run(2, ("EXP-04", EXPANSION), ("EXP-02", EXPANSION)),
        make_run(3, ("EXP-04", EXPANSION)),
    )
    trend = build_trend(follow(clean, two, one))
    (line,) = [line for line in trend.lines if line.family == "EXP"]
    assert line.counts == (0, 2, 1)
    assert line.change == -1
    assert "IDS" in trend.steady
    assert line.path.startswith("M4.0 24")
    assert line.path.count("L") == 2


def test_a_family_that_a_run_did_not_judge_leaves_a_gap():
    runs = [describe_run(make_run(day, ("EXP-04", EXPANSION))) for day in (1, 2)]
    silent = msgspec.structs.replace(runs[1], families={})
    trend = build_trend(msgspec.structs.replace(make_run(3, ("EXP-04", EXPANSION)), history=(runs[0], silent)))
    (line,) = [line for line in trend.lines if line.family == "EXP"]
    assert line.counts == (1, None, 1)
    assert line.path.count("M") == 2
    assert line.change == 0


def test_what_came_and_went_is_told_run_by_run():
    trend = build_trend(
        follow(make_run(1, ("EXP-04", EXPANSION)), make_run(2, ("AUT-01", LIMIT)), make_run(3, ("AUT-01", LIMIT)))
    )
    first, second = trend.changes
    assert (first.new, first.gone) == ((f"AUT-01 {LIMIT}",), (f"EXP-04 {EXPANSION}",))
    assert (second.new, second.gone) == ((), ())


@pytest.mark.parametrize(
    ("seen", "runs", "returns"), [("1111", 4, 0), ("0011", 2, 0), ("1011", 2, 1), ("0101", 1, 1), ("1001", 1, 1)]
)
def test_a_finding_says_since_when_it_stands(seen, runs, returns):
    made = [make_run(day, *[("AUT-01", LIMIT)] * int(held)) for day, held in enumerate(seen)]
    (finding,) = [finding for finding in build_trend(follow(*made)).open if finding.name == f"AUT-01 {LIMIT}"]
    assert (finding.runs, finding.returns) == (runs, returns)
    assert finding.since == STARTED + (len(seen) - runs) * DAY


def test_only_runs_of_the_same_target_and_profile_before_this_one_are_compared():
    other = make_run(1, profile=Profile.DEEP)
    assert build_trend(follow(other, make_run(2))) is None
    assert build_trend(follow(make_run(3), make_run(2))) is None
    assert build_trend(make_run(2)) is None
    assert len(build_trend(follow(other, make_run(1), make_run(2))).runs) == 2


def test_a_history_grows_by_a_run_once_and_keeps_the_newest(tmp_path, monkeypatch):
    monkeypatch.setattr(history_file, "MAX_RUNS", 3)
    file = tmp_path / "cache" / "history.json"
    assert read_history(file) == ()
    for day in (2, 1, 3, 3, 4):
        record_run(make_run(day), file)
    record_run(make_run(9, profile=Profile.DEEP), file)
    assert [run.run for run in read_history(file)] == ["run-2", "run-3", "run-4", "run-9"]
    assert file.stat().st_size < 8_000


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"schema": "evconform/history/9", "runs": []}'])
def test_a_file_that_is_no_history_is_refused(tmp_path, content):
    file = tmp_path / "history.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="history"):
        read_history(file)
    assert file.read_bytes() == content


def test_several_logs_are_in_the_trend_and_the_last_is_compared(tmp_path):
    logs = []
    for day, failing in ((1, [("EXP-04", EXPANSION)]), (2, [("AUT-01", LIMIT)])):
        logs.append(tmp_path / f"{day}.jsonl")
        with LogWriter(logs[-1]) as log:
            for event in make_events(day, failing):
                log.append(event)
    write_history(tmp_path / "history.json", [describe_run(make_run(0)), describe_run(make_run(1))])
    compared = read_compared_runs(logs, tmp_path / "history.json")
    assert [run.run for run in compared.runs] == ["run-0", "run-1", "run-2"]
    assert compared.latest.started.run == "run-2"
    written = reports.build(
        make_run(3), tmp_path, ["json", "html", "markdown"], since=compared.latest, history=compared.runs
    )
    summary = json.loads(written["json"].read_text())
    assert [change["requirement"] for change in summary["since"]["fixed"]] == ["AUT-01"]
    assert [run["run"] for run in summary["history"]] == ["run-0", "run-1", "run-2"]
    assert "Failing findings over the last 4 runs: 0 → 1 → 1 → 0." in written["markdown"].read_text()
    page = written["html"].read_text()
    assert '<h2 id="trend-title">The last 4 runs</h2>' in page
    assert 'aria-label="EXP: 0, 1, 0, 0"' in page


def test_merging_histories_is_idempotent():
    runs = [describe_run(make_run(day)) for day in range(3)]
    assert merge_runs([*runs, *reversed(runs)]) == merge_runs(runs) == tuple(runs)
