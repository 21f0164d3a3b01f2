import datetime as dt
import tomllib

import pytest

import reports
from conformance.errors import UsageError
from conformance.model import Observed, Outcome, Planned, Verdict
from reports import waivers
from reports.formats.badge import BadgeState, badge_state
from reports.summary import RunVerdict, WaiverState
from tests.reports.generator import Settings, events

TODAY = dt.date(2026, 9, 22)
CLEAN = events(Settings(exchanges=300, faulty=False))
BROKEN = reports.fold(
    [*CLEAN, Planned("EXP-04", ("GET /x",)), Observed(Outcome("EXP-04", "GET /x", Verdict.FAIL, "differs"))]
)
NEXT_MONTH = TODAY + dt.timedelta(days=30)


def waiver(requirement="EXP-04", operation="GET /x", expires=NEXT_MONTH):
    return waivers.Waiver(requirement, operation, "known", "Ada", "https://issues.example/1", expires)


def states(*listed, summary=BROKEN):
    applied = waivers.apply(summary, listed, TODAY)
    return [entry.state for entry in applied.waivers], applied.verdict


def test_a_waived_must_conforms_with_waivers_and_never_plainly():
    assert BROKEN.verdict is RunVerdict.VIOLATIONS
    applied = waivers.apply(BROKEN, [waiver()], TODAY)
    assert applied.verdict is RunVerdict.WAIVED
    assert applied.verdict.exit_code == 0
    assert applied.counts == BROKEN.counts
    assert badge_state(applied) is BadgeState.WAIVED


def test_a_waiver_does_not_cover_another_operation():
    actual, verdict = states(waiver(operation="GET /users"))
    assert (actual, verdict) == ([WaiverState.GONE], RunVerdict.VIOLATIONS)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (0, WaiverState.ACTIVE),
        (90, WaiverState.ACTIVE),
        (-1, WaiverState.EXPIRED),
        (91, WaiverState.TOO_LONG),
    ],
)
def test_a_waiver_holds_until_the_end_of_its_day_and_for_ninety_days_at_most(days, state):
    actual, verdict = states(waiver(expires=TODAY + dt.timedelta(days=days)))
    assert actual == [state]
    assert verdict is (RunVerdict.WAIVED if state is WaiverState.ACTIVE else RunVerdict.VIOLATIONS)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([waiver(operation="GET /never")], [WaiverState.UNUSED]),
        ([waiver(operation="GET /evses")], [WaiverState.GONE]),
        ([waiver("LIM-02", "GET /evses")], [WaiverState.UNUSED]),
        ([waiver("EXP-04", "GET /evses"), waiver("EXP-04", "GET /evses")], [WaiverState.DUPLICATE] * 2),
    ],
)
def test_a_waiver_that_is_no_longer_right_fails_a_run_that_conforms(listed, expected):
    clean = reports.fold(CLEAN)
    assert clean.verdict is RunVerdict.CONFORMS
    assert states(*listed, summary=clean) == (expected, RunVerdict.VIOLATIONS)
    assert str(expected[0]) in " ".join(waivers.apply(clean, listed, TODAY).reasons)


def test_the_badge_of_a_run_that_fails_for_expired_waivers_alone_says_expired():
    expired = waiver(expires=TODAY - dt.timedelta(days=1))
    assert badge_state(waivers.apply(BROKEN, [expired], TODAY)) is BadgeState.EXPIRED
    assert badge_state(BROKEN) is BadgeState.VIOLATIONS
    second = reports.fold(events(Settings(exchanges=100)))
    assert badge_state(waivers.apply(second, [expired], TODAY)) is BadgeState.VIOLATIONS


@pytest.mark.parametrize("hostile", ['GET /"quoted"\n[[waiver]]', "back\\slash\x7f\u2028", "é 💡"])
def test_the_entry_of_a_finding_can_be_pasted_and_covers_it(tmp_path, hostile):
    broken = reports.fold([*CLEAN, Observed(Outcome("EXP-04", hostile, Verdict.FAIL, "differs"))])
    (finding,) = [finding for finding in broken.findings if finding.is_violation]
    text = waivers.write_entry(finding, broken.started.started_at)
    assert list(tomllib.loads(text)) == ["waiver"]
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    assert waivers.apply(broken, waivers.load(path), TODAY).verdict is RunVerdict.WAIVED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[waiver]]\nrequirement = 1", "requirement"),
        ("[[waiver]]\nrequirement = 'A-1'", "missing required field"),
        ("[[waivers]]\n", "unknown field `waivers`"),
        ("waiver = [", "waivers.toml"),
        (
            "[[waiver]]\nrequirement='A-1'\noperation='*'\nreason=' '\nowner='a'\nissue='b'\nexpires=2026-01-01",
            "waiver 1 has no reason",
        ),
        (
            "[[waiver]]\nrequirement='A-1'\noperation='*'\nreason='r'\nowner='a'\nissue='b'\nexpires='soon'",
            "expires",
        ),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path, text, words):
    path = tmp_path / "waivers.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        waivers.load(path)
    assert "waivers.toml" in caught.value.message


def test_a_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        waivers.load(tmp_path / "waivers.toml")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (waiver("EXP-4"), "the requirement 'EXP-4' is unknown; did you mean 'EXP-04'?"),
        (waiver(operation="GET /evsez"), "the operation 'GET /evsez' is unknown; did you mean 'GET /evses'?"),
        (waiver(operation="GET /users"), "EXP-04[GET /users] ended PASS; EXP-04 is violated at GET /x"),
        (waiver(expires=TODAY - dt.timedelta(days=1)), "it expired on 2026-09-21"),
        (waiver(expires=TODAY + dt.timedelta(days=91)), "it expires on 2026-12-22: at most 90 days ahead are allowed"),
        (waiver(), ""),
    ],
)
def test_a_waiver_says_what_is_wrong_with_it(entry, problem):
    (applied,) = waivers.apply(BROKEN, [entry], TODAY).waivers
    assert (applied.number, applied.problem) == (1, problem)


def test_duplicates_name_each_other():
    applied = waivers.apply(BROKEN, [waiver(), waiver("IDS-01"), waiver()], TODAY).waivers
    assert [entry.problem for entry in applied][::2] == ["entries 1 and 3 cover the same case"] * 2
