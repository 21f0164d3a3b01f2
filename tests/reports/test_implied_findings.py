"""One cause, one finding: what follows from a violation stands under it, and cases are counted as before."""

import reports
from conformance.model import Catalogued, Kind, Level, Observed, Outcome, Planned, Requirement, Source, Verdict
from reports.groups import group_by_cause

GET = "GET /evses"


def rule(name, *implied):
    return Requirement(name, Level.MUST, "It holds.", Source("guide", "1"), Kind.PASSIVE, "every", implies=implied)


RULES = Catalogued(
    (rule("RSP-08", "RSP-01"), rule("RSP-01", "RSP-12"), rule("RSP-12"), rule("RSP-03", "RSP-10"), rule("RSP-10"))
)


def fold(*outcomes):
    planned = (Planned(each.requirement, (each.operation,)) for each in outcomes)
    return reports.fold([RULES, *planned, *map(Observed, outcomes)])


def failure(requirement, message, *exchanges, pointer="", operation=GET):
    return Outcome(requirement, operation, Verdict.FAIL, message, pointer=pointer, exchanges=exchanges)


def test_what_follows_from_a_violation_has_no_group_of_its_own():
    summary = fold(
        failure("RSP-08", "500", "x1"), failure("RSP-01", "undocumented", "x1"), failure("RSP-12", "no 2xx", "x1")
    )
    (group,) = group_by_cause(summary.findings)
    assert (group.requirement, group.consequences) == ("RSP-08", "also breaks RSP-01, RSP-12")
    assert summary.counts[Verdict.FAIL] == 3


def test_violations_of_other_exchanges_stand_for_themselves():
    summary = fold(failure("RSP-08", "500", "x1"), failure("RSP-01", "undocumented", "x2"))
    assert [group.requirement for group in group_by_cause(summary.findings)] == ["RSP-01", "RSP-08"]


def test_violations_at_other_places_stand_for_themselves():
    same = failure("RSP-10", "type", "x1", pointer="/1/id")
    other = failure("RSP-10", "type", "x1", pointer="/1/name")
    cause = failure("RSP-03", "type", "x1", pointer="/0/id")
    assert len(group_by_cause(fold(cause, same).findings)) == 1
    assert len(group_by_cause(fold(cause, other).findings)) == 2


def test_violations_of_other_operations_stand_for_themselves():
    summary = fold(failure("RSP-08", "500", "x1"), failure("RSP-01", "undocumented", "x1", operation="GET /users"))
    assert len(group_by_cause(summary.findings)) == 2


def test_what_the_examples_of_a_mock_break_is_one_cause_for_each_requirement():
    summary = fold(
        failure("RSP-03", "maxLength: too long", "x1", pointer="/name"),
        failure("RSP-03", "required: no icon", "x2", pointer="/icon", operation="GET /users"),
        failure("RSP-12", "refused", "x3"),
    )
    assert len(group_by_cause(summary.findings)) == 3
    groups = group_by_cause(summary.findings, from_examples=True)
    assert [(group.requirement, len(group.findings)) for group in groups] == [("RSP-03", 2), ("RSP-12", 1)]
    assert groups[0].message.endswith("for instance: maxLength: too long")


def test_requests_without_a_response_are_one_cause_whatever_they_were_sent_for():
    reason = "no response to GET {}: timed out"
    summary = fold(
        *(
            Outcome(requirement, f"GET {path}", Verdict.INCONCLUSIVE, reason.format(path))
            for requirement in ("RSP-01", "RSP-03")
            for path in ("/evses", "/users")
        ),
        Outcome("RSP-01", "GET /vehicles", Verdict.INCONCLUSIVE, "another reason"),
    )
    assert sorted(len(group.findings) for group in group_by_cause(summary.findings)) == [1, 4]


def test_what_a_description_breaks_is_one_cause_for_each_requirement_where_it_answers_itself():
    whole = {"operation": "*", "requirement": "DSC-07", "verdict": Verdict.FAIL}
    summary = fold(
        Outcome(**whole, message="no ULID", pointer="#/a", cause="example-id"),
        Outcome(**whole, message="not anchored", pointer="#/b", cause="id-unanchored"),
    )
    assert len(group_by_cause(summary.findings)) == 2
    assert len(group_by_cause(summary.findings, from_examples=True)) == 1
