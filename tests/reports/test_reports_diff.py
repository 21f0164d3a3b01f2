from generator import Settings, events
from hypothesis import given
from hypothesis import strategies as st

import reports
from conformance.model import Observed, Outcome, Planned, RunFinished, Verdict
from reports.summary import RunVerdict

HEADER = events(Settings(exchanges=1))[0]


def run(**cases):
    """A run of one requirement on operations, with a verdict each; None is planned and silent."""
    planned = Planned("EXP-04", tuple(cases))
    seen = [Observed(Outcome("EXP-04", key, verdict, f"{verdict}")) for key, verdict in cases.items() if verdict]
    return reports.fold([HEADER, planned, *seen, RunFinished(1.0, {})])


def names(changes):
    return [each.operation for each in changes]


def test_new_fixed_still_failing_and_no_longer_tested_are_told_apart():
    old = run(a=Verdict.PASS, b=Verdict.FAIL, c=Verdict.FAIL, d=Verdict.PASS, e=Verdict.FAIL, f=Verdict.WARN)
    new = run(a=Verdict.FAIL, b=Verdict.PASS, c=Verdict.FAIL, d=None, e=Verdict.INCONCLUSIVE, f=Verdict.PASS)
    found = reports.diff(old, new)
    assert names(found.new) == ["a"]
    assert names(found.fixed) == ["b", "f"]
    assert names(found.still) == ["c"]
    assert names(found.no_longer_tested) == ["d", "e"]
    assert found.worse
    assert (found.old_verdict, found.new_verdict) == (RunVerdict.VIOLATIONS, RunVerdict.VIOLATIONS)


def test_a_finding_that_is_not_looked_for_any_more_is_not_fixed():
    found = reports.diff(run(a=Verdict.FAIL, b=Verdict.PASS), run(b=Verdict.PASS))
    assert found.fixed == ()
    assert names(found.no_longer_tested) == ["a"]
    assert found.worse


def test_only_mending_is_not_worse():
    assert not reports.diff(run(a=Verdict.FAIL, b=Verdict.FAIL), run(a=Verdict.PASS, b=Verdict.FAIL)).worse


def test_a_warning_that_becomes_a_violation_is_new():
    assert names(reports.diff(run(a=Verdict.WARN), run(a=Verdict.FAIL)).new) == ["a"]


cases = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([*Verdict, None]))


@given(cases)
def test_a_run_does_not_differ_from_itself(found):
    same = reports.diff(run(**found), run(**found))
    assert not same.worse
    assert same.fixed == ()


@given(cases, cases)
def test_what_is_new_one_way_is_gone_the_other_way(first, second):
    there, back = reports.diff(run(**first), run(**second)), reports.diff(run(**second), run(**first))
    assert {each.finding for each in there.still} == {each.finding for each in back.still}
    gone = {each.operation for each in (*back.fixed, *back.no_longer_tested)}
    assert {each.operation for each in there.new} <= gone
