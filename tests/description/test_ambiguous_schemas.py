"""Values for which the description has two readings: a run reports REVIEW, and no violation."""

import copy

import msgspec
import pytest

from conformance.checks.responses import CHECKS
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Request, Response, Target, TargetKind, Verdict
from conformance.validation import SchemaValidators, SecondOpinion

BASE = "https://api.ev.energy/v2"
KEY = "GET /charging_sessions/{charging_session_id}"
SESSION = "cses01KECS6V60AWHHQGFARRFMA27V"


@pytest.fixture(scope="module")
def own_session(bundled):
    return copy.deepcopy(bundled.document["components"]["schemas"]["ChargingSession"]["examples"][0])


def judge_body(description, body):
    """Outcomes of RSP-03 on a charging session."""
    target = Target("test", TargetKind.URL, BASE, identities=("full",))
    subject = Subject(description, SchemaValidators(description), SecondOpinion(description), target)
    response = Response(200, (("Content-Type", "application/json"),), msgspec.json.encode(body))
    request = Request(KEY, "GET", f"/charging_sessions/{SESSION}", identity="full")
    answer = OperationResponse(
        Exchange("x1", request, BASE + request.target, 0.0, response), description.model.operations_by_key[KEY]
    )
    return [o for check in CHECKS for o in check.judge(answer, subject) if o.requirement == "RSP-03"]


def test_an_empty_list_under_a_one_of_of_lists_is_for_a_person(provider, own_session):
    (outcome,) = judge_body(provider, own_session | {"sub_sessions": []})
    assert (outcome.verdict, outcome.pointer) == (Verdict.REVIEW, "/sub_sessions")
    assert "read literally" in outcome.message
    assert "read as intended" in outcome.message


def test_a_value_that_no_reading_allows_is_a_violation(provider, own_session):
    (outcome,) = judge_body(provider, own_session | {"sub_sessions": [3]})
    assert outcome.verdict is Verdict.FAIL


def test_a_list_that_fits_one_form_passes(description, own_session):
    assert [outcome.verdict for outcome in judge_body(description, own_session)] == [Verdict.PASS]


def test_the_bundled_description_has_one_reading(bundled, own_session):
    assert [outcome.verdict for outcome in judge_body(bundled, own_session | {"sub_sessions": []})] == [Verdict.PASS]
