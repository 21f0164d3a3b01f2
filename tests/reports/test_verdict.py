import msgspec
import pytest

import reports
from conformance.model import (
    Exchange,
    Exchanged,
    Observed,
    Outcome,
    Planned,
    Request,
    Response,
    RunFinished,
    Verdict,
)
from reports.summary import RunVerdict
from tests.reports.generator import Settings, events

CLEAN = events(Settings(exchanges=300, faulty=False))
EXTRA = ("EXP-04", "GET /extra")


def judged(*more):
    return reports.fold([*CLEAN, Planned(EXTRA[0], (EXTRA[1],)), *more]).verdict


def observed(verdict, *exchanges, requirement=EXTRA[0]):
    return Observed(Outcome(requirement, EXTRA[1], verdict, "why", exchanges=exchanges))


def answered(status):
    response = Response(status) if status else None
    return Exchanged(Exchange("y", Request("*", "GET", "/"), "http://h/", 1.0, response, "" if status else "refused"))


def test_a_clean_run_conforms():
    summary = reports.fold(CLEAN)
    assert (summary.verdict, summary.verdict.exit_code) == (RunVerdict.CONFORMS, 0)


@pytest.mark.parametrize(
    ("verdict", "expected", "code"),
    [
        (Verdict.PASS, RunVerdict.CONFORMS, 0),
        (Verdict.WARN, RunVerdict.CONFORMS, 0),
        (Verdict.REVIEW, RunVerdict.CONFORMS, 0),
        (Verdict.NOT_TESTED, RunVerdict.CONFORMS, 0),
        (Verdict.FAIL, RunVerdict.VIOLATIONS, 1),
        (Verdict.INCONCLUSIVE, RunVerdict.INCONCLUSIVE, 3),
        (Verdict.ERROR, RunVerdict.ERROR, 4),
    ],
)
def test_one_case_more_decides(verdict, expected, code):
    actual = judged(observed(verdict))
    assert (actual, actual.exit_code) == (expected, code)


def test_a_violation_outside_the_plan_counts():
    summary = reports.fold([*CLEAN, observed(Verdict.FAIL)])
    assert summary.verdict is RunVerdict.VIOLATIONS
    assert summary.reasons[0].endswith("on 1 case, 1 of them outside the plan and not among its counts")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, RunVerdict.CONFORMS),
        (0, RunVerdict.INCONCLUSIVE),
        (429, RunVerdict.INCONCLUSIVE),
        (503, RunVerdict.INCONCLUSIVE),
    ],
)
def test_an_undecided_must_makes_the_run_inconclusive_where_the_target_did_not_answer(status, expected):
    assert judged(answered(status), observed(Verdict.INCONCLUSIVE, "y")) is expected


def test_an_undecided_should_does_not():
    assert reports.fold([*CLEAN, observed(Verdict.INCONCLUSIVE, requirement="RSP-06")]).verdict is RunVerdict.CONFORMS


def test_error_outweighs_violation_and_violation_a_cut():
    assert judged(observed(Verdict.ERROR), observed(Verdict.FAIL)) is RunVerdict.ERROR
    cut = [*CLEAN[:-1], Planned(EXTRA[0], (EXTRA[1],)), observed(Verdict.FAIL)]
    assert reports.fold(cut).verdict is RunVerdict.VIOLATIONS


def test_stopping_early_matters_while_a_must_is_not_tested():
    footer = msgspec.structs.replace(CLEAN[-1], stopped="budget spent")
    assert reports.fold([*CLEAN[:-1], footer]).verdict is RunVerdict.INCONCLUSIVE  # LIM-02 is not tested
    tested = [e for e in CLEAN[:-1] if not (isinstance(e, Planned) and e.requirement == "LIM-02")]
    assert reports.fold([*tested, footer]).verdict is RunVerdict.CONFORMS


@pytest.mark.parametrize(
    "run",
    [
        [],
        CLEAN[:1],
        [CLEAN[0], RunFinished(1.0, {})],
        [CLEAN[0], Planned("EXP-04", ("*",)), RunFinished(1.0, {})],
        [
            CLEAN[0],
            Planned("EXP-04", ("*",)),
            Observed(Outcome("EXP-04", "*", Verdict.NOT_APPLICABLE)),
            RunFinished(1.0, {}),
        ],
        CLEAN[:-1],
    ],
    ids=["nothing", "header", "no plan", "nothing judged", "nothing to judge", "no footer"],
)
def test_empty_and_truncated_runs_are_inconclusive_and_say_why(run):
    summary = reports.fold(run)
    assert summary.verdict is RunVerdict.INCONCLUSIVE
    assert summary.reasons
