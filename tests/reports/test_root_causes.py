"""One defect, one cause: what its evidence joins, and what it must not join."""

import msgspec
import pytest

import reports
from conformance.model import Case, Exchange, Exchanged, Observed, Outcome, Planned, Request, Response, Verdict
from reports.root_causes import find_root_causes, resolve_place
from tests.reports.generator import Settings, events

QUIET = tuple(event for event in events(Settings(exchanges=5, faulty=False)) if not isinstance(event, Observed))
MODEL = reports.fold(QUIET).model
LIST, ITEM, SESSION = "GET /evses", "GET /evses/{evse_id}", "GET /charging_sessions/{charging_session_id}"


def fold(*outcomes):
    names = {name for outcome in outcomes for name in outcome.exchanges}
    request = Request(LIST, "GET", "/evses")
    sent = (Exchanged(Exchange(name, request, "http://h/evses", 1.0, Response(200))) for name in sorted(names))
    planned = (Planned(outcome.requirement, (outcome.operation,)) for outcome in outcomes)
    return reports.fold([*QUIET, *planned, *sent, *map(Observed, outcomes)])


def fail(requirement, operation, pointer, *exchanges, verdict=Verdict.FAIL):
    return Outcome(requirement, operation, verdict, f"{requirement} is broken", pointer=pointer, exchanges=exchanges)


def causes(*outcomes):
    groups = find_root_causes(fold(*outcomes))
    return [(group.requirement, sorted({finding.requirement for finding in group.under})) for group in groups]


@pytest.mark.parametrize(
    "others",
    [
        (fail("RSP-03", ITEM, "/id", "x1"),),  # one exchange and place
        (fail("CON-01", LIST, "/3/id", "x2", "x3"),),  # the same property in its list
        (fail("CON-01", ITEM, "/url", "x2"),),  # what says the same
        (fail("EXP-04", SESSION, "/evse/id", "x2", "x3"),),  # the same property where it is expanded
    ],
)
def test_one_property_is_one_cause_wherever_it_shows(others):
    assert causes(fail("IDS-01", ITEM, "/id", "x1"), *others) == [("IDS-01", [others[0].requirement])]


@pytest.mark.parametrize(
    "other",
    [
        fail("RSP-03", ITEM, "/name", "x1"),  # another place of one exchange
        fail("RSP-03", "GET /users", "/0/id", "x2"),  # a property of the same name elsewhere
        fail("RSP-08", ITEM, "", "x1"),  # a response as a whole, of another family
        fail("RSP-03", ITEM, "/id", "x1", verdict=Verdict.REVIEW),  # what a person decides
        fail("DSC-01", ITEM, "/id", "x1"),  # the description
    ],
)
def test_other_defects_stand_for_themselves(other):
    assert len(causes(fail("IDS-01", ITEM, "/id", "x1"), other)) == 2


def test_what_one_family_says_of_a_whole_list_is_one_cause_led_by_what_was_seen_in_most_responses():
    walk = (
        fail("PAG-02", LIST, "", "x1"),
        fail("PAG-03", LIST, "", "x1", "x2"),
        fail("PAG-04", "GET /users", "", "x9"),
    )
    groups = find_root_causes(fold(*walk))
    assert sorted((g.requirement, g.findings[0].operation, g.consequences) for g in groups) == [
        ("PAG-03", LIST, "also breaks PAG-02"),
        ("PAG-04", "GET /users", ""),
    ]


def test_a_waived_cause_hides_none_that_is_not_waived():
    summary = fold(fail("IDS-01", ITEM, "/id", "x1"), fail("RSP-03", ITEM, "/id", "x1"))
    findings = tuple(
        msgspec.structs.replace(finding, waived=finding.case == Case("IDS-01", ITEM)) for finding in summary.findings
    )
    assert len(find_root_causes(msgspec.structs.replace(summary, findings=findings))) == 2


def test_causes_in_the_description_come_last_and_keep_their_order():
    grave = fail("DSC-01", "*", "#/info")
    light = fail("RSP-07", ITEM, "/x", "x1", verdict=Verdict.WARN)
    groups = find_root_causes(fold(grave, light))
    assert [group.is_of_description for group in groups] == [False, True]


@pytest.mark.parametrize(
    ("operation", "pointer", "place"),
    [
        (LIST, "/4/model/name", ("models", ("name",))),
        (ITEM, "/name", ("evses", ("name",))),
        (ITEM, "", ("evses", ())),
        (ITEM, "header:etag", ("evses", ("header:etag",))),
        ("*", "", ("*", ())),
    ],
)
def test_a_place_is_a_property_of_a_resource(operation, pointer, place):
    (finding,) = fold(fail("CON-01", operation, pointer)).findings
    assert resolve_place(finding, MODEL) == place
