from hypothesis import given
from hypothesis import strategies as st

import reports
from conformance.model import Observed, Outcome, Planned, RunFinished, Verdict
from reports.summary import RunVerdict
from tests.reports.generator import Settings, events

HEADER = events(Settings(exchanges=1))[0]


def run(**cases):
    """Return a run of one requirement with a verdict for each operation; None is planned without an observation."""
    planned = Planned("EXP-04", tuple(cases))
    seen = [Observed(Outcome("EXP-04", key, verdict, f"{verdict}")) for key, verdict in cases.items() if verdict]
    return reports.fold([HEADER, planned, *seen, RunFinished(1.0, {})])


def names(changes):
    return [change.operation for change in changes]


def test_new_fixed_still_failing_and_no_longer_tested_are_told_apart():
    old = run(a=Verdict.PASS, b=Verdict.FAIL, c=Verdict.FAIL, d=Verdict.PASS, e=Verdict.FAIL, f=Verdict.WARN)
    new = run(a=Verdict.FAIL, b=Verdict.PASS, c=Verdict.FAIL, d=None, e=Verdict.INCONCLUSIVE, f=Verdict.PASS)
    actual = reports.diff(old, new)
    assert names(actual.new) == ["a"]
    assert names(actual.fixed) == ["b", "f"]
    assert names(actual.still) == ["c"]
    assert names(actual.no_longer_tested) == ["d", "e"]
    assert actual.is_worse
    assert (actual.old_verdict, actual.new_verdict) == (RunVerdict.VIOLATIONS, RunVerdict.VIOLATIONS)


def test_a_finding_that_is_not_looked_for_any_more_is_not_fixed():
    actual = reports.diff(run(a=Verdict.FAIL, b=Verdict.PASS), run(b=Verdict.PASS))
    assert actual.fixed == ()
    assert names(actual.no_longer_tested) == ["a"]
    assert actual.is_worse


def test_only_mending_is_not_worse():
    assert not reports.diff(run(a=Verdict.FAIL, b=Verdict.FAIL), run(a=Verdict.PASS, b=Verdict.FAIL)).is_worse


def test_a_warning_that_becomes_a_violation_is_new():
    assert names(reports.diff(run(a=Verdict.WARN), run(a=Verdict.FAIL)).new) == ["a"]


cases = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([*Verdict, None]))


@given(cases)
def test_a_run_does_not_differ_from_itself(found):
    same = reports.diff(run(**found), run(**found))
    assert not same.is_worse
    assert same.fixed == ()


@given(cases, cases)
def test_what_is_new_one_way_is_gone_the_other_way(first, second):
    there, back = reports.diff(run(**first), run(**second)), reports.diff(run(**second), run(**first))
    assert {change.finding for change in there.still} == {change.finding for change in back.still}
    gone = {change.operation for change in (*back.fixed, *back.no_longer_tested)}
    assert {change.operation for change in there.new} <= gone
