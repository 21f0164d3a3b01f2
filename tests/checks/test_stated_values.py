"""RUL-08: values that the texts of the description speak of."""

import msgspec
import pytest

from conformance.checks.stated_values import check_stated_values
from conformance.description import prose
from conformance.evidence.responses import OperationResponse
from conformance.model import Exchange, Request, Verdict
from tests.probes.scripted import make_response

SCHEDULES = "GET /charging_sub_sessions/{charging_sub_session_id}/schedules"
TIERS = "GET /programs/{program_id}/tiers"
CLIENT = "full"


@pytest.fixture
def judge(subject):
    target = msgspec.structs.replace(subject.target, clients=(CLIENT,))
    known = msgspec.structs.replace(subject, target=target)

    def verdicts(key, body, identity="user_a", **more):
        exchange = Exchange("x", Request(key, "GET", "/", identity=identity, **more), "", 0.0, make_response(body))
        response = OperationResponse(exchange, known.model.operations_by_key[key])
        return {outcome.verdict for outcome in check_stated_values(response, known)}

    return verdicts


def schedules(*times):
    return {"schedules": [interval(f"2026-03-02T{time}") for time in times]}


def interval(time):
    return {"started_at": time, "interval_seconds": 1800, "current_milliamps": 0, "schedule_type": "SMART"}


@pytest.mark.parametrize("times", [("07:00:00Z", "07:30:00.000Z"), ("07:30:00+05:30",), ("07:30:00+05:45",)])
def test_times_on_the_half_hour_pass(times, judge):
    assert judge(SCHEDULES, schedules(*times)) == {Verdict.PASS}


@pytest.mark.parametrize("time", ["07:05:00Z", "07:30:01Z", "07:30:00.5Z"])
def test_a_time_beside_the_half_hour_is_a_violation(time, judge):
    assert judge(SCHEDULES, schedules("07:00:00Z", time)) == {Verdict.FAIL}


@pytest.mark.parametrize("body", [schedules(), {"schedules": [interval(None)]}, {"schedules": [{"started_at": "x"}]}])
def test_no_time_is_not_judged(body, judge):
    assert judge(SCHEDULES, body) == set()


@pytest.mark.parametrize(("eligible", "verdict"), [(None, Verdict.PASS), (True, Verdict.FAIL), (False, Verdict.FAIL)])
@pytest.mark.parametrize("identity", [CLIENT, ""])
def test_a_client_alone_is_told_nothing_of_a_user(eligible, verdict, identity, judge):
    assert judge(TIERS, [{"eligible": eligible}], identity) == {verdict}


@pytest.mark.parametrize(
    "request_as",
    [
        {"identity": "user_a"},
        {"identity": "some_token"},  # nobody knows how it was bought
        {"identity": CLIENT, "headers": (("EvEnergy-User", "user1"),)},
        {"identity": "", "headers": (("Authorization", "Bearer x"),)},
    ],
)
def test_where_a_user_may_act_nothing_is_said(request_as, judge):
    assert judge(TIERS, [{"eligible": True}], **request_as) == set()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("It is aligned to the half-hour marks.", 1800),
        ("Aligned to :00 or :30.", 1800),
        ("On the half hour.", 1800),
        ("Begins on the hour.", 3600),
        ("Aligned to a quarter hour.", 900),
        ("Not aligned to the half hour.", 0),
        ("Depends on the hour of the day.", 0),
        ("Half an hour after it began.", 0),
        ("When it began.", 0),
    ],
)
def test_alignment_is_read_from_a_text(text, seconds):
    assert prose.find_alignment(text) == seconds


@pytest.mark.parametrize(
    ("text", "is_stated"),
    [
        ("Tells whether the authenticated user may join.\n`null` for an anonymous\nor client-credentials call.", True),
        ("For the acting user; null without one.", True),
        ("Null when the authenticated user has no vehicle.", False),
        ("The authenticated user. Can be null.", False),
        ("Null for anonymous reports.", False),
    ],
)
def test_null_without_a_user_is_read_from_a_text(text, is_stated):
    assert prose.is_null_without_user(text) is is_stated
