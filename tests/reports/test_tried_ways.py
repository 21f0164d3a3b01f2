"""How much a verdict rests on: ways tried, of those that are known."""

from conformance.model import Case, Observed, Outcome, Passed, Planned, Verdict
from reports import fold
from reports.formats.json import as_json

CASE = Case("IDS-06", "GET /evses/{evse_id}")
BASE = f"near-existing-id[{CASE.operation}]"


def observe(item, tried=0, known=0, verdict=Verdict.PASS, times=1):
    return Observed(Outcome(CASE.requirement, CASE.operation, verdict, times=times, tried=tried, known=known), item)


def fold_case(*events, left_out=0):
    planned = Planned(CASE.requirement, (CASE.operation,), left_out={CASE.operation: left_out} if left_out else {})
    summary = fold([planned, *events])
    return summary.case_results[0], summary


def test_the_last_count_of_an_item_counts():
    result, summary = fold_case(observe(BASE, 1, 12), observe(BASE, 3, 12, times=2))
    assert (result.tried, result.known, result.is_sampled) == (3, 12, True)
    assert summary.sample_remark == "1 cases were sampled: 3 of 12 ways tried"
    assert as_json(summary)["sampled"] == [
        {"requirement": "IDS-06", "operation": CASE.operation, "verdict": "PASS", "tried": 3, "known": 12}
    ]


def test_parts_of_one_sample_add_up_to_no_more_than_is_known():
    result, _ = fold_case(observe(BASE, 5, 12), observe(f"{BASE} part 2", 5, 12), observe(f"{BASE} part 3", 5, 12))
    assert (result.tried, result.known, result.is_sampled) == (12, 12, False)


def test_probes_know_ways_of_their_own():
    other = f"malformed-id[{CASE.operation}]"
    result, _ = fold_case(observe(BASE, 5, 12), observe(other, 1, 11), observe("list-and-item[*]", times=4))
    assert (result.tried, result.known) == (10, 27)


def test_a_probe_that_the_plan_leaves_out_is_known_and_not_tried():
    result, summary = fold_case(observe(BASE, 5, 5), left_out=11)
    assert (result.verdict, result.tried, result.known) == (Verdict.PASS, 5, 16)
    assert as_json(summary)["ways"] == {"tried": 5, "known": 16, "seeds_to_cover": 1}


def test_what_samples_nothing_has_tried_all_that_it_knows():
    result, summary = fold_case(observe(BASE, times=3), observe("read[GET /evses]", verdict=Verdict.NOT_APPLICABLE))
    assert (result.tried, result.known, result.is_sampled) == (3, 3, False)
    assert summary.sample_remark == ""


def test_what_passed_together_counts_as_what_passed_alone():
    together = Passed(CASE.operation, ("IDS-01", CASE.requirement), "x1", (1, 3), BASE)
    alone = [Observed(outcome, BASE) for outcome in together.list_outcomes()]
    result, summary = fold_case(together)
    assert (result, summary.unplanned_results) == (fold_case(*alone)[0], fold_case(*alone)[1].unplanned_results)
    assert (result.verdict, result.observations, result.tried) == (Verdict.PASS, 3, 3)


def test_what_passed_together_hides_no_violation_and_counts_once():
    violated = observe(BASE, verdict=Verdict.FAIL)
    together = Passed(CASE.operation, (CASE.requirement,), "x1", item=BASE)
    result, _ = fold_case(violated, together, together)
    assert (result.verdict, result.observations) == (Verdict.FAIL, 2)
