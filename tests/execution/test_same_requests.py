"""A run sends the same requests, and finds the same, with one in flight, with eight and with 32."""

from collections import Counter
from pathlib import Path

import pytest

from conformance.execution.session import Session
from conformance.execution.setup import RunOptions
from conformance.execution.worker import Worker
from conformance.mock_server import RunningServer, run_server
from conformance.model import Exchanged, Observed, Passed, Verdict
from reports import read_events

SELECT = ("IDS & tag:Vehicles", "PAG & tag:Vehicles")
QUIET = {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.fixture(scope="module")
def server():
    with run_server(now="2026-01-31T00:00:00Z", rate_limit=100_000) as running:
        yield running


def run_part(server: RunningServer, directory: Path, concurrency: int) -> tuple[Counter, Counter, int]:
    """Run a part of the plan; return how often each request was sent, what was found, and how often something passed.

    What is judged by all responses together may pass at another operation, where they come in another order.
    """
    session = Session.open(
        RunOptions(target=server.base_url, report_dir=directory, select=SELECT, concurrency=concurrency)
    )
    try:
        assert session.spec.concurrency == concurrency
        worker = Worker(session.spec, session.brief, "main")
        worker.list_ahead = lambda: worker.remaining_items
        for item in worker.remaining_items:
            worker.run(item)
        worker.close()
        events = list(read_events([session.finish()]))
    finally:
        session.close()
    requests = Counter(event.exchange.request for event in events if isinstance(event, Exchanged))
    outcomes = [event.outcome for event in events if isinstance(event, Observed)]
    findings = Counter((outcome.case, outcome.verdict) for outcome in outcomes if outcome.verdict not in QUIET)
    passed = sum(times for event in events if isinstance(event, Passed) for _, times in event.count_observations())
    said = sum(outcome.times for outcome in outcomes if outcome.verdict is Verdict.PASS)
    return requests, findings, passed + said


def test_requests_and_findings_do_not_depend_on_the_number_in_flight(server, tmp_path):
    requests, findings, passed = run_part(server, tmp_path / "1", 1)
    assert sum(requests.values()) > 100
    for concurrency in (8, 32):
        assert run_part(server, tmp_path / str(concurrency), concurrency) == (requests, findings, passed)
