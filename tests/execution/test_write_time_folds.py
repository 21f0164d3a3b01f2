"""AFT-05: what was created was created now, and what was changed was updated now, by the clock of the server."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from conformance.execution.sightings import Sightings
from conformance.execution.write_time_folds import judge_write_times
from conformance.model import Exchange, Request, Response, Verdict

BASE = "http://127.0.0.1:1/v2"
PATH = "/users/user1/route_planner_preferences"
SETTINGS = "/users/{user_id}/route_planner_preferences"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OLD = "2026-01-01T10:00:00.123Z"


def tell(seconds=0):
    return (NOW + timedelta(seconds=seconds, microseconds=123)).isoformat().replace("+00:00", "Z")


def settings(percent, updated, method="GET"):
    body = {"url": f"{BASE}{PATH}", "arrive_with_min_percent": percent, "updated_at": updated}
    return f"{method} {SETTINGS}", PATH, body, 200


def created(moment, key="a", status=201):
    body = {"url": f"{BASE}/regions/{key}", "name": key, "created_at": moment}
    return "POST /regions", "/regions", body, status


def make_body(method, shown, sent=None):
    """Return the body of a request; a write sends what its response shows but for times, unless `sent` says so."""
    plain = {name: value for name, value in shown.items() if not name.endswith("_at")}
    return b"" if method == "GET" else msgspec.json.encode(plain if sent is None else sent)


@pytest.fixture
def judge(subject):
    """Return the function that gives the verdicts on exchanges ten seconds after each other."""

    def verdicts(*shown, has_date=True):
        sightings = Sightings(subject)
        for number, (operation, path, body, status, *sent) in enumerate(shown):
            headers = {"Content-Type": "application/json"}
            if has_date:
                headers["Date"] = format_datetime(NOW + timedelta(seconds=10 * number), usegmt=True)
            response = Response(status, tuple(headers.items()), msgspec.json.encode(body), 0.1)
            method = operation.partition(" ")[0]
            request = Request(operation, method, path, body=make_body(method, body, *sent))
            sightings.add_exchange(Exchange(f"x{number}", request, "", 5000.0 + 10 * number, response))
        return {(outcome.operation.partition(" ")[0], outcome.verdict) for outcome in judge_write_times(sightings)}

    return verdicts


RIGHT_CLOCK = "POST /region_groups", "/region_groups", {"url": f"{BASE}/region_groups/g", "created_at": tell()}, 201


def changed(updated, *later):
    """Return a read, a change, and a read after it; `later` are the update times of further reads."""
    reads = (settings(30, time) for time in (updated, *later))
    return settings(20, OLD), settings(30, updated, "PATCH"), *reads


VIOLATIONS = {
    "midnight": (created("2026-03-02T00:00:00Z"),),
    "local time": (created(tell(7200)),),
    "the time of a start": (created(tell(-100)), created(tell(-100), "b")),
    "an update that stays": changed(OLD),
    "an update in the future": changed(tell(3600)),
    "an update in the past": changed(tell(-18_000)),
}


@pytest.mark.parametrize("case", VIOLATIONS)
def test_another_time_than_now_is_a_violation(case, judge):
    verdicts = judge(RIGHT_CLOCK, *VIOLATIONS[case])
    assert {verdict for _, verdict in verdicts} >= {Verdict.FAIL}
    assert {method for method, _ in verdicts} <= {"POST", "PATCH"}


RIGHT = {
    "now": ((created(tell(1)),), "POST"),
    "clocks that differ": ((created(tell(-240)),), "POST"),
    "two in one second": ((created("2026-03-02T12:00:00Z"), created("2026-03-02T12:00:00Z", "b")), "POST"),
    "an update now": (changed(tell(10)), "PATCH"),
    "an update that follows": (changed(OLD, tell(20)), "PATCH"),
}


@pytest.mark.parametrize("case", RIGHT)
def test_the_time_of_the_write_is_right(case, judge):
    shown, method = RIGHT[case]
    assert judge(*shown) == {(method, Verdict.PASS)}


UNJUDGED = {
    "it was there before": (created(OLD, status=200),),
    "nothing was changed": (settings(20, OLD), settings(20, OLD, "PATCH"), settings(20, OLD)),
    "others changed it": (settings(20, OLD), settings(30, tell(-3600)), settings(30, tell(-3600))),
    "no time": (created(None),),
    "the time that was sent": ((*created(OLD), {"created_at": OLD}),),
}


@pytest.mark.parametrize("case", UNJUDGED)
def test_what_the_run_did_not_write_is_not_judged(case, judge):
    assert judge(*UNJUDGED[case]) == set()


@pytest.mark.parametrize("case", ["midnight", "local time", "an update in the future", "an update in the past"])
def test_data_with_a_clock_of_their_own_are_not_judged_by_another(case, judge):
    assert Verdict.FAIL not in {verdict for _, verdict in judge(*VIOLATIONS[case])}


def test_without_a_clock_nothing_is_said_of_the_time(judge):
    assert judge(created(OLD), has_date=False) == set()
    assert judge(*changed(tell(-18_000)), has_date=False) == {("PATCH", Verdict.PASS)}
