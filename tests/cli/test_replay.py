"""`evconform replay`: fixed, still failing, flaky."""

import pytest

import reports
from conformance.description import load_description
from conformance.mock_server import run_server
from conformance.mock_server.clock import Clock
from conformance.mock_server.faults import place_fault
from conformance.mock_server.world.builder import build_world
from conformance.model import Case
from conformance.reporting.replay import ReplayResult, ReplayTry, conclude
from conformance.run_log.event_log import LogWriter
from tests.reports.generator import Settings, events

FAULT = "ids-short"


@pytest.fixture(scope="module")
def operation() -> str:
    """Return an operation on one resource whose id the fault makes wrong."""
    world = build_world(load_description(None), 1, Clock().now())
    return next(key for key in sorted(place_fault(FAULT, world).operations) if key.startswith("GET") and "{" in key)


@pytest.mark.parametrize(("faults", "code", "word"), [((FAULT,), 1, "STILL FAILING"), ((), 0, "FIXED")])
def test_a_case_is_judged_as_in_the_run(evconform, operation, faults, code, word):
    with run_server(None, seed=1, faults=faults) as server:
        ended = evconform(
            "replay", f"IDS-01 {operation}", "--item", f"read[{operation}]", "--target", server.base_url, "--times", "1"
        )
    assert ended.code == code, ended.out + ended.err
    assert word in ended.out
    assert ("expected" in ended.out) is bool(faults)


@pytest.mark.parametrize(
    ("shown", "result", "code"),
    [
        ((True, True), ReplayResult.FAILING, 1),
        ((True, False), ReplayResult.FLAKY, 1),
        ((True, None), ReplayResult.FLAKY, 1),
        ((False, False), ReplayResult.FIXED, 0),
        ((False, None), ReplayResult.UNDECIDED, 3),
        ((), ReplayResult.UNDECIDED, 3),
    ],
)
def test_tries_together_say_what_became_of_a_finding(shown, result, code):
    summary = reports.fold(events(Settings(exchanges=2)))
    actual = conclude([ReplayTry(each, "", summary) for each in shown])
    assert (actual, actual.exit_code) == (result, code)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("f-000000000000",), "is not a finding of"),
        (("IDS-01 GET /evses",), "needs --item"),
        (("IDS-01 GET /evses", "--item", "no-probe[GET /evses]"), "is not a plan item"),
        (("WRT-02 POST /vehicles", "--item", "create[POST /vehicles]"), "may not be sent: writes are off"),
    ],
)
def test_what_cannot_be_sent_again_is_refused(evconform, tmp_path, arguments, message):
    writer = LogWriter(tmp_path / "events.jsonl")
    for event in events(Settings(exchanges=2)):
        writer.append(event)
    writer.close()
    ended = evconform("replay", *arguments, "--run", str(tmp_path))
    assert ended.code == 2
    assert message in ended.err


def test_a_finding_names_the_item_to_run_again():
    summary = reports.fold(events(Settings(exchanges=60)))
    named = {finding.case: finding.items for finding in summary.findings if finding.items}
    assert named
    assert all(isinstance(case, Case) and len(items) == 1 for case, items in named.items())
