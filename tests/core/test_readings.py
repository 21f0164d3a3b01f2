"""What holds under one of two readings is for people to review, with both readings side by side."""

import json

import msgspec
import pytest

from conformance.description import load_description
from conformance.description.builder import build_description
from conformance.description.sources import Fragment
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


@pytest.mark.parametrize(
    ("requirement", "status"), [("RSP-08", 500), ("RSP-02", 302), ("RED-01", 302), ("VER-01", 401), ("HDR-06", 403)]
)
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
    assert review(silent, "VER-02", 422, expected="400").verdict is Verdict.REVIEW
    assert review(SECURED, "VER-02", expected="400").verdict is Verdict.FAIL
    unversioned = msgspec.structs.replace(SECURED, parameters=())
    assert review(unversioned, "VER-02", expected="400").verdict is Verdict.REVIEW


def test_a_filter_that_takes_any_text_by_its_schema_is_for_review():
    tickets = MODEL.operations_by_key["GET /support_tickets"]
    assert review(tickets, "FLT-04", expected="400", pointer="query:resolved_at__range").verdict is Verdict.REVIEW
    assert review(tickets, "FLT-04", expected="400", pointer="query:resolved_at__gte").verdict is Verdict.FAIL


TEXTS = build_description(
    [Fragment("api.json", json.dumps({
        "openapi": "3.1.0",
        "info": {"title": "Texts", "version": "1"},
        "paths": {"/things": {"get": {
            "parameters": [
                {"name": "owner", "in": "query", "schema": {"type": "string", "format": "uri"},
                 "description": "The id of its owner."},
                {"name": "Tenant", "in": "header", "schema": {"type": "string"}, "description": "Required."},
                {"name": "country", "in": "query", "schema": {"type": "string"},
                 "description": "Required if postcode is used."},
                {"name": "postcode", "in": "query", "schema": {"type": "string"}},
            ],
            "responses": {"200": {"description": ""}},
        }, "post": {
            "requestBody": {"content": {"application/json": {"schema": {
                "type": "object", "properties": {"name": {"type": "string", "description": "Must be given."}},
            }}}},
            "responses": {"201": {"description": ""}},
        }}},
    }).encode())], (), "texts",
).model.operations_by_key  # fmt: skip
THINGS = TEXTS["GET /things"]


@pytest.mark.parametrize(
    ("requirement", "status", "query", "expected", "verdict"),
    [
        ("RSP-12", 400, "?owner=https%3A%2F%2Fa.test%2F1", "2xx", Verdict.REVIEW),
        ("FLT-01", 200, "?owner=https%3A%2F%2Fa.test%2F1", "", Verdict.REVIEW),
        ("RSP-03", 200, "?owner=https%3A%2F%2Fa.test%2F1", "", Verdict.FAIL),
        ("ERR-01", 400, "?owner=https%3A%2F%2Fa.test%2F1", "application/problem+json", Verdict.FAIL),
        ("RSP-08", 500, "?owner=https%3A%2F%2Fa.test%2F1", "", Verdict.FAIL),
        ("RSP-12", 400, "", "2xx", Verdict.REVIEW),  # the header is absent
        ("RSP-01", 400, "", "200", Verdict.REVIEW),
    ],
)
def test_a_parameter_that_its_text_describes_otherwise_accuses_nobody(requirement, status, query, expected, verdict):
    assert review(THINGS, requirement, status, query, expected=expected).verdict is verdict


def test_a_condition_in_words_counts_where_its_parameter_is_sent():
    conditional = msgspec.structs.replace(THINGS, readings=THINGS.readings[2:])
    assert review(conditional, "RSP-12", 400, "?postcode=1", expected="2xx").verdict is Verdict.REVIEW
    assert review(conditional, "RSP-12", 400, "?postcode=1&country=GB", expected="2xx").verdict is Verdict.FAIL
    assert review(conditional, "RSP-12", 400, "", expected="2xx").verdict is Verdict.FAIL


@pytest.mark.parametrize(("body", "verdict"), [(b"{}", Verdict.REVIEW), (b'{"name": "A"}', Verdict.FAIL)])
def test_a_field_that_words_alone_require_accuses_nobody(body, verdict):
    operation = TEXTS["POST /things"]
    sent = exchange(operation, 422)
    sent = msgspec.structs.replace(sent, request=msgspec.structs.replace(sent.request, body=body))
    outcome = Outcome("WRT-01", operation.key, Verdict.FAIL, "it is refused", "201", exchanges=("x1",))
    assert review_outcome(outcome, operation, sent).verdict is verdict


def test_an_open_door_is_a_violation_under_every_reading():
    guarded = msgspec.structs.replace(PAGE, security=SECURED.security)
    assert review(guarded, "AUT-01", 200).verdict is Verdict.FAIL


@pytest.mark.parametrize(("is_documented", "verdict"), [(True, Verdict.FAIL), (False, Verdict.REVIEW)])
def test_a_header_of_all_responses_is_for_review_where_a_response_does_not_list_it(is_documented, verdict):
    responses = tuple(
        msgspec.structs.replace(response, headers=response.headers if is_documented else ())
        for response in SECURED.responses
    )
    operation = msgspec.structs.replace(SECURED, responses=responses)
    outcome = review(operation, "VER-01", actual="absent", pointer=f"header:{MODEL.version_header}")
    assert outcome.verdict is verdict


@pytest.mark.parametrize("requirement", ["RSP-01", "ERR-01", "VER-01"])
@pytest.mark.parametrize(("length", "verdict"), [(9000, Verdict.REVIEW), (90, Verdict.FAIL)])
def test_a_refusal_of_a_long_request_is_for_review(requirement, length, verdict):
    assert review(SECURED, requirement, 414, query="?q=" + "x" * length).verdict is verdict


def test_a_wrong_success_to_a_long_request_stays_a_violation():
    assert review(SECURED, "RSP-01", 299, query="?q=" + "x" * 9000).verdict is Verdict.FAIL


@pytest.mark.parametrize(("query", "status", "pointer"), [
    ("expand=assessment", 200, "/0/assessment"),
    ("expand=assessment", 403, ""),
    ("expand=energy_usage&expand=assessment", 403, ""),
])  # fmt: skip
@pytest.mark.parametrize(("are_scopes_known", "verdict"), [(False, Verdict.REVIEW), (True, Verdict.FAIL)])
def test_an_expansion_that_requires_a_scope_may_be_kept_from_tokens_without_it(
    query, status, pointer, are_scopes_known, verdict
):
    operation = MODEL.operations_by_key["GET /charging_sub_sessions"]
    outcome = Outcome("EXP-02", operation.key, Verdict.FAIL, "it is a link", pointer=pointer, exchanges=("x1",))
    sent = exchange(operation, status, "?" + query)
    assert review_outcome(outcome, operation, sent, are_scopes_known=are_scopes_known).verdict is verdict


def test_a_scope_that_one_expansion_requires_excuses_no_other():
    operation = MODEL.operations_by_key["GET /charging_sub_sessions"]
    outcome = review(operation, "EXP-02", 200, "?expand=energy_usage&expand=assessment", pointer="/0/energy_usage")
    assert outcome.verdict is Verdict.FAIL
