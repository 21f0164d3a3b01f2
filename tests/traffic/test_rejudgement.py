"""A run judged again from its log: the same verdicts by the same rules, and reasons where they differ."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

import reports
from conformance.execution.setup import RunOptions
from conformance.matrices.suite_runs import run_session
from conformance.mock_server import run_server
from conformance.model import Event, Exchanged, Level, Noticed, Observed, Passed, Verdict
from conformance.reporting.verdict_changes import VerdictChange, list_changes, note_changes
from conformance.run_log.event_log import LogWriter, read_events
from conformance.traffic.judge import JudgeOptions
from conformance.traffic.rejudgement import is_run, judge_again
from reports import Summary

FAULT = "chg-session-ends-early"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of a run of one operation against a server with a fault."""
    folder = tmp_path_factory.mktemp("run") / "out"
    with run_server(faults=(FAULT,)) as server:
        run_session(RunOptions(target=server.base_url, select=("GET /charging_sessions",), report_dir=folder))
    return folder / "events.jsonl"


def fold(path: Path) -> Summary:
    """Return the summary of a log."""
    return reports.fold(reports.read_events([path]))


def judge(log: Path, tmp_path: Path) -> tuple[Summary, tuple[VerdictChange, ...]]:
    """Judge a log again; return the new summary, and the changes."""
    summary = fold(judge_again(JudgeOptions((log,), report_dir=tmp_path / "again")))
    return summary, list_changes(fold(log), summary)


def rewrite(log: Path, tmp_path: Path, edit: Callable[[Event], Sequence[Event]]) -> Path:
    """Write a copy of a log in which an edit replaced each event by others, or by none."""
    copy = tmp_path / "copy.jsonl"
    with LogWriter(copy) as writer:
        for event in read_events([log]):
            for edited in edit(event):
                writer.append(edited)
    return copy


def test_same_rules_give_the_same_verdicts(run: Path, tmp_path: Path) -> None:
    summary, changes = judge(run, tmp_path)
    assert changes == ()
    assert "CHG-08" in {finding.requirement for finding in summary.findings if finding.is_violation}
    assert summary.requests_sent == 0
    assert {exchange.id for exchange in summary.exchanges} == {exchange.id for exchange in fold(run).exchanges}


def test_verdict_that_the_record_does_not_bear_out_changes_with_its_cause(run: Path, tmp_path: Path) -> None:
    def accuse(event: Event) -> Sequence[Event]:
        if not isinstance(event, Passed):
            return (event,)
        outcomes = event.list_outcomes()
        made_up = {"verdict": Verdict.FAIL, "message": "made up"}
        return [
            Observed(msgspec.structs.replace(outcome, **made_up if outcome.requirement == "RSP-02" else {}), event.item)
            for outcome in outcomes
        ]

    _, changes = judge(rewrite(run, tmp_path, accuse), tmp_path)
    assert {(change.requirement, change.old, change.new) for change in changes} == {("RSP-02", "FAIL", "PASS")}
    assert all(change.cause.startswith("rule: evconform") for change in changes)


def test_what_the_record_does_not_hold_keeps_its_verdict(run: Path, tmp_path: Path) -> None:
    def drop(event: Event) -> Sequence[Event]:
        is_expanded = isinstance(event, Exchanged) and "expand=" in event.exchange.request.target
        return () if is_expanded else (event,)

    summary, changes = judge(rewrite(run, tmp_path, drop), tmp_path)
    assert not [change for change in changes if change.is_grave]
    assert any("keep their verdicts" in notice.message for notice in summary.notices)


def test_change_of_a_level_is_told_as_a_change_of_the_rule(run: Path) -> None:
    old = fold(run)
    lowered = tuple(msgspec.structs.replace(r, level=Level.SHOULD) for r in old.requirements)
    results = tuple(
        msgspec.structs.replace(result, verdict=Verdict.WARN) if result.verdict is Verdict.FAIL else result
        for result in old.case_results
    )
    new = msgspec.structs.replace(old, requirements=lowered, case_results=results)
    changes = list_changes(old, new)
    assert changes
    assert {change.cause for change in changes} == {"rule: the level was MUST and is SHOULD"}
    notes = note_changes(new, changes).notices
    assert Noticed("judged-again", changes[0].sentence, changes[0].operation) in notes


def test_run_is_told_from_other_traffic(run: Path, tmp_path: Path) -> None:
    har = tmp_path / "a.har"
    har.write_text('{"log": {"entries": []}}')
    assert is_run(run)
    assert is_run(run.parent)
    assert not is_run(har)
    again = judge_again(JudgeOptions((run,), report_dir=tmp_path / "again"))
    assert not is_run(again)
    shutil.rmtree(again.parent)
