"""What holds under one of two readings is for people to review, with both readings side by side."""

import msgspec
import pytest

from conformance.description import load_description
from conformance.evidence.readings import review_outcome
from conformance.model import Exchange, Outcome, Request, Response, Verdict

MODEL = load_description().model
PAGE = MODEL.operations_by_key["GET /inverter_onboarding"]
WRAPPED = MODEL.operations_by_key["GET /carbon_feeds/{carbon_feed_id}/carbon_intensities"]
SECURED = MODEL.operations_by_key["GET /evses"]


def exchange(operation, status=200, query=""):
    request = Request(operation.key, "GET", operation.path + query)
    return Exchange("x1", request, "http://target.test/v2" + request.target, 0.0, Response(status, (), b""))


def review(operation, requirement, status=200, query="", **details):
    outcome = Outcome(requirement, operation.key, Verdict.FAIL, "it differs", exchanges=("x1",), **details)
    return review_outcome(outcome, operation, exchange(operation, status, query))


@pytest.mark.parametrize(("requirement", "status"), [("AUT-04", 401), ("RSP-01", 401), ("RSP-01", 403)])
def test_security_that_was_chosen_accuses_nobody(requirement, status):
    outcome = review(PAGE, requirement, status)
    assert outcome.verdict is Verdict.REVIEW
    reading = PAGE.readings[0]
    assert reading.chosen in outcome.message
    assert reading.published in outcome.message


@pytest.mark.parametrize(("requirement", "status"), [("RSP-08", 500), ("RSP-02", 302), ("RED-01", 302)])
def test_what_rests_on_no_reading_stays_a_violation(requirement, status):
    assert review(PAGE, requirement, status).verdict is Verdict.FAIL
    assert review(SECURED, requirement, 401).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("requirement", "query", "pointer", "verdict"),
    [
        ("EXP-02", "?expand=carbon_feed", "/carbon_feed", Verdict.REVIEW),
        ("EXP-08", "?page_size=3&expand=carbon_feed", "/carbon_feed", Verdict.REVIEW),
        ("EXP-02", "?expand=carbon_feed", "", Verdict.REVIEW),  # it is refused
        ("EXP-05", "?expand=carbon_feed", "/carbon_intensities/0/started_at", Verdict.FAIL),
        ("EXP-01", "", "/carbon_feed", Verdict.FAIL),
        ("RSP-03", "?expand=carbon_feed", "/carbon_feed", Verdict.FAIL),
    ],
)
def test_an_expansion_that_was_chosen_accuses_nobody(requirement, query, pointer, verdict):
    assert review(WRAPPED, requirement, query=query, pointer=pointer).verdict is verdict


def test_a_refusal_that_only_the_general_documentation_demands_is_for_review():
    silent = msgspec.structs.replace(
        SECURED, responses=tuple(response for response in SECURED.responses if response.status != "400")
    )
    assert review(silent, "VER-02", expected="400").verdict is Verdict.REVIEW
    assert review(silent, "VER-02", 500, expected="400").verdict is Verdict.FAIL
    assert review(silent, "ERR-01", expected="400").verdict is Verdict.FAIL
    assert review(SECURED, "VER-02", expected="400").verdict is Verdict.FAIL


def test_an_open_door_is_a_violation_under_every_reading():
    guarded = msgspec.structs.replace(PAGE, security=SECURED.security)
    assert review(guarded, "AUT-01", 200).verdict is Verdict.FAIL
