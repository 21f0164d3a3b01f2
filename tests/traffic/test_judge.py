"""`judge` as a whole: ordinary reads of a conforming server, and of servers with faults."""

import json
from pathlib import Path

import pytest

import reports
from conformance.description import load_description
from conformance.errors import UsageError
from conformance.traffic.judge import JudgeOptions, judge_traffic
from reports import Summary
from reports.summary import RunVerdict
from tests.run_log_text import read_log_text
from tests.traffic.sample_recording import build_server, read_ordinarily

DESCRIPTION = load_description()


def judge(tmp_path: Path, *faults: str, limit: int = 400) -> Summary:
    """Record ordinary reads of a server and judge them."""
    recording = read_ordinarily(build_server(DESCRIPTION, faults=faults), limit=limit)
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps(recording.to_har()))
    return reports.fold(reports.read_events([judge_traffic(JudgeOptions((path,), report_dir=tmp_path / "out"))]))


def test_ordinary_reads_of_a_conforming_server_conform_without_a_request(tmp_path: Path) -> None:
    summary = judge(tmp_path)
    assert summary.verdict is RunVerdict.CONFORMS
    assert summary.requests_sent == 0
    assert sum(summary.counts.values()) == summary.planned_count
    judged = {result.requirement for result in summary.case_results if result.verdict == "PASS"}
    assert {"RSP-03", "CON-02", "EXP-02", "EXP-05", "LNK-02", "PAG-03", "FLT-01", "FLT-02"} <= judged


@pytest.mark.parametrize(("fault", "requirement"), [("chg-session-ends-early", "CHG-08"), ("err-plain-json", "ERR-01")])
def test_fault_that_the_reads_touch_is_seen(tmp_path: Path, fault: str, requirement: str) -> None:
    summary = judge(tmp_path, fault)
    assert requirement in {finding.requirement for finding in summary.findings if finding.is_violation}


def test_guess_and_senders_are_told_and_tokens_are_not(tmp_path: Path) -> None:
    judge(tmp_path, limit=20)
    text = read_log_text(tmp_path / "out" / "events.jsonl")
    assert "was recognised" in text
    assert "senders, told apart by their credentials (which are not kept): user_1" in text
    assert "token-full" not in text


def test_traffic_that_calls_nothing_below_the_base_url_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"url": "https://api.example/v2/evses", "status": 200}\n')
    with pytest.raises(UsageError, match="no exchange of the traffic calls the API"):
        judge_traffic(JudgeOptions((path,), base_url="https://other.example", report_dir=tmp_path / "out"))
    assert not (tmp_path / "out" / "events.jsonl").exists()
