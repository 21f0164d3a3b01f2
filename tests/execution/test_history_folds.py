"""CHG-08 to CHG-13 and CON-06 to CON-08: what the exchanges of a run say of one resource, together."""

import msgspec
import pytest

from conformance.execution.folds import judge_exchanges
from conformance.model import Exchange, Request, Response, Verdict

BASE = "http://127.0.0.1:1/v2"
SESSION = "GET /charging_sessions/{charging_session_id}"
PART = "GET /charging_sub_sessions/{charging_sub_session_id}"
USAGE = f"{PART}/energy_usage"
MERGED = "?merge_consecutive_intervals=true"
MODEL = "GET /vehicle_models/{vehicle_model_id}"
PREFERENCES = "/users/{user_id}/route_planner_preferences"
S, A, B = (f"{BASE}/{path}" for path in ("charging_sessions/s", "charging_sub_sessions/a", "charging_sub_sessions/b"))


def at(minutes):
    return f"2026-03-02T{12 + minutes // 60:02d}:{minutes % 60:02d}:00Z"


def session(start=0, end=90, parts=(B, A)):
    return SESSION, {"url": S, "start": at(start), "end": end if end is None else at(end), "sub_sessions": [*parts]}


def part(url, start, end, energy=1000, **more):
    times = {"start": at(start), "end": end if end is None else at(end)}
    return PART, {"url": url, **times, "energy_delivered_watt_hours": energy, "currency": "GBP", **more}


def usage(*energies, currency="GBP", query=""):
    intervals = [{"total_energy_delivered_watt_hours": energy} for energy in energies]
    return USAGE + query, {
        "url": f"{A}/energy_usage",
        "charging_sub_session": A,
        "currency": currency,
        "intervals": intervals,
    }


def model(name, **more):
    return MODEL, {"url": f"{BASE}/vehicle_models/m", "name": name, **more}


def evse(**members):
    return "GET /evses/{evse_id}", {"url": f"{BASE}/evses/e", **members}


def listed(name):
    return "GET /vehicle_models", [{"url": f"{BASE}/vehicle_models/m", "name": name}]


def preferences(percent, updated, method="GET"):
    body = {"url": f"{BASE}{PREFERENCES}", "arrive_with_min_percent": percent, "updated_at": updated}
    return f"{method} {PREFERENCES}", body


def ticket(priority, updated, method="GET"):
    path = "/support_tickets/{support_ticket_id}"
    return f"{method} {path}", {"url": f"{BASE}{path}", "priority": priority, "ticket_updated_at": updated}


def log(minutes, odometer):
    body = {"sampled_at": at(minutes), "logged_at": at(minutes), "odometer_meters": odometer}
    return "GET /vehicles/{vehicle_id}/status_logs/{sampled_at}", {
        "url": f"{BASE}/vehicles/v/status_logs/{minutes}", **body,
    }  # fmt: skip


def vehicle(latest):
    return "GET /vehicles/{vehicle_id}", {
        "url": f"{BASE}/vehicles/v", "latest_status_log": f"{BASE}/vehicles/v/status_logs/{latest}",
    }  # fmt: skip


@pytest.fixture
def judge(subject):
    """Return the function that gives the verdicts on some requirements of exchanges one second after the other."""
    base = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, base_url=BASE))

    def verdicts(*shown, began=1_800_000_000.0):
        exchanges = []
        for number, (operation, body) in enumerate(shown):
            method, _, target = operation.partition(" ")
            response = Response(200, (("Content-Type", "application/json"),), msgspec.json.encode(body), 0.1)
            key = operation.partition("?")[0]
            request = Request(key, method, target, body=b"" if method == "GET" else response.body)
            exchanges.append(Exchange(f"x{number}", request, "", began + number, response))
        outcomes = [o for o in judge_exchanges(exchanges, base) if o.requirement[:3] in {"CHG", "CON"}]
        return {(o.requirement, o.verdict) for o in outcomes if o.verdict is not Verdict.PASS}

    return verdicts


PARTS = part(A, 0, 30), part(B, 30, 90)
VIOLATIONS = {
    "begins before the session": ("CHG-08", (*PARTS, session(start=20))),
    "ends after the session": ("CHG-08", (*PARTS, session(end=80))),
    "runs after the session": ("CHG-08", (session(), part(A, 0, 30), part(B, 30, None))),
    "overlap": ("CHG-08", (part(A, 0, 40), part(B, 30, 90), session())),
    "oldest first": ("CHG-08", (*PARTS, session(parts=(A, B)))),
    "an interval is missing": ("CHG-09", (part(A, 0, 30), usage(400, 500))),
    "merged intervals gain": ("CHG-09", (part(A, 0, 30), usage(400, 600), usage(1100, query=MERGED))),
    "merged intervals lose": ("CHG-09", (usage(900, query=MERGED), part(A, 0, 30), usage(400, 600))),
    "the odometer falls": ("CHG-10", (log(0, 90_000), log(30, 50_000))),
    "another currency": ("CHG-11", (part(A, 0, 30), usage(500, 500, currency="USD"))),
    "runs again": ("CHG-12", (part(A, 0, 30), part(A, 0, None))),
    "an older log": ("CHG-13", (log(0, 1), log(30, 1), vehicle(0))),
    "created anew": ("CON-06", (model("Kite", created_at=at(0)), model("Kite", created_at=at(5)))),
    "lists another name": ("CON-02", [listed("Kite (old)"), model("Kite"), listed("Kite (old)")]),
    "alternates in lists": ("CON-07", [model("Kite"), listed("Kite (old)"), listed("Kite"), listed("Kite (old)")]),
    "alternates": ("CON-07", (model("Kite"), model("Kite (old)"), model("Kite"))),
    "moves with reads": ("CON-08", [preferences(20, at(minutes)) for minutes in range(5)]),
    "stays with a write": ("CON-08", (ticket("LOW", at(0)), ticket("HIGH", at(0), "PATCH"))),
    "goes back": ("CON-08", (preferences(20, at(9)), preferences(20, at(0), "PATCH"))),
}
ADMISSIBLE = {
    "a session with its parts": (*PARTS, session()),
    "a minute between two clocks": (part(A, 0, 31), part(B, 30, 91), session()),
    "ended between two reads": (part(B, 30, None), part(B, 30, 90), session(), part(A, 0, 30)),
    "energy still grows": (part(A, 0, None, energy=900), usage(500, 500), part(A, 0, 30)),
    "each interval is rounded": (part(A, 0, 30, energy=1001), usage(499, 500)),
    "merged intervals are rounded": (part(A, 0, 30), usage(400, 600), usage(1002, query=MERGED)),
    "intervals above a bound": (
        part(A, 0, 30),
        usage(400, 600),
        usage(600, query="?energy_delivered_watt_hours__gt=500"),
    ),
    "an odometer in rounded miles": (log(0, 90_000), log(30, 89_100)),
    "a log that came later": (log(0, 1), vehicle(0), log(30, 1)),
    "a time to the second": (model("Kite", created_at="2026-03-02T12:00:00.42Z"), model("Kite", created_at=at(0))),
    "expanded in a part": [
        model("Kite", place=place) for place in ({"tariff": S}, {"tariff": {"url": S}}, {"tariff": S})
    ],
    "one change": (model("Kite"), model("Swift"), model("Swift")),
    "changed and put back": (model("Kite"), preferences(1, at(0), "PATCH"), model("Swift"), model("Kite")),
    "a switch goes on and off": [model("Kite", highlighted=value) for value in (True, False, True)],
    "a representation that lags behind a write": (
        preferences(1, at(0), "PATCH"),
        model("Kite"),
        model("Swift"),
        model("Kite"),
    ),
    "an update time that lags behind a write": (
        preferences(20, at(0)),
        preferences(30, at(5), "PATCH"),
        preferences(20, at(0)),
        preferences(30, at(5)),
    ),
    "a state that comes and goes": [evse(onboarding_status=state) for state in ("ready", "pending", "ready", "done")],
    "links in no order": [evse(vehicles=links) for links in ([A, B], [B, A], [A, B])],
    "a representation that shows more": [
        evse(location=place) for place in ({"city": "Bath", "unit": 1}, {"city": "Bath"}) * 3
    ],
    "updated by a write": (preferences(20, at(0)), preferences(30, at(5), "PATCH"), preferences(30, at(5))),
    "updated by somebody else": [preferences(20 + minutes, at(minutes)) for minutes in range(5)],
}


@pytest.mark.parametrize(("requirement", "shown"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_history_violates_its_requirement_alone(judge, requirement, shown):
    assert judge(*shown) == {(requirement, Verdict.FAIL)}


@pytest.mark.parametrize("shown", ADMISSIBLE.values(), ids=ADMISSIBLE)
def test_what_can_be_explained_is_no_violation(judge, shown):
    assert judge(*shown) == set()


def test_more_energy_in_intervals_is_for_review(judge):
    assert judge(part(A, 0, 30), usage(900, 900)) == {("CHG-09", Verdict.REVIEW)}


def test_a_measure_that_takes_turns_is_for_review(judge):
    shown = [preferences(percent, at(0)) for percent in (20, 30, 20, 30)]
    assert judge(*shown) == {("CON-07", Verdict.REVIEW)}


def test_a_text_that_alternates_as_its_time_of_change_moves_is_for_review(judge):
    shown = [ticket(priority, at(minutes)) for minutes, priority in enumerate(["LOW", "HIGH"] * 3)]
    assert judge(*shown) == {("CON-07", Verdict.REVIEW)}


def test_a_text_that_is_lost_once_is_for_review(judge):
    shown = [model(name) for name in ("Kite", None, "Kite")]
    assert judge(*shown) == {("CON-07", Verdict.REVIEW)}


def test_a_text_that_is_lost_twice_is_a_violation(judge):
    shown = [model(name) for name in ("Kite", None, "Kite", None)]
    assert judge(*shown) == {("CON-07", Verdict.FAIL)}


def test_an_update_in_the_same_moment_is_no_violation(judge):
    noon = 1_772_452_800.0  # 2026-03-02T12:00:00Z
    assert judge(preferences(20, at(0)), preferences(30, at(0), "PATCH"), began=noon) == set()


def test_two_users_may_see_different_things(subject, judge):
    operation, body = model("Kite")
    exchanges = [
        Exchange(
            f"x{number}", Request(operation, "GET", "/vehicle_models/m", identity=identity), "", float(number),
            Response(200, (("Content-Type", "application/json"),), msgspec.json.encode({**body, "name": identity})),
        )
        for number, identity in enumerate(("user_a", "user_b", "user_a", "user_b"))
    ]  # fmt: skip
    assert not [o for o in judge_exchanges(exchanges, subject) if o.requirement == "CON-07" and o.message]


def read(status, target="/tariffs/t", method="GET", operation="GET /tariffs/{tariff_id}", **more):
    return Request(operation, method, target, **more), Response(status, more.pop("sent", ()), b"", 0.1)


@pytest.fixture
def judge_statuses(subject):
    """Return the function that gives the verdicts on CON-05, CON-07 and HDR-09 of reads one second after the other."""

    def verdicts(*shown):
        exchanges = [
            Exchange(f"x{number}", request, BASE + request.target, 1_800_000_000.0 + number, response)
            for number, (request, response) in enumerate(shown)
        ]
        wanted = {"CON-05", "CON-07", "HDR-09"}
        return {(o.requirement, o.verdict) for o in judge_exchanges(exchanges, subject) if o.requirement in wanted}

    return verdicts


def test_what_exists_is_found_each_time(judge_statuses):
    patch = read(200, method="PATCH")
    assert judge_statuses(read(200), read(404), read(200)) == {("CON-07", Verdict.FAIL)}
    assert judge_statuses(read(200), read(404, "/tariffs/t?x=1"), read(200, "/tariffs/t?x=1")) == {
        ("CON-07", Verdict.FAIL)
    }
    assert judge_statuses(read(200), read(404, "/tariffs/t?x=1"), read(200)) == set()
    assert judge_statuses(read(404), read(200), read(200)) == set()
    assert judge_statuses(read(200), patch, read(404), read(200)) == set()
    assert judge_statuses(read(200, identity="full"), read(404, identity="user_a"), read(200, identity="full")) == set()


def test_head_that_is_served_at_some_resources_is_for_review(judge_statuses):
    served = [read(200, method="HEAD", operation=f"GET /{name}") for name in ("a", "b", "c")]
    refused = read(405, method="HEAD")
    assert judge_statuses(*served, refused) == {("CON-05", Verdict.REVIEW)}
    assert judge_statuses(*served[:2], refused, refused) == set()


def test_one_tag_stands_for_the_same_bytes_to_everybody(judge_statuses):
    def tagged(body, identity):
        request = Request("GET /tariffs/{tariff_id}", "GET", "/tariffs/t", identity=identity)
        return request, Response(200, (("ETag", '"1"'), ("Content-Type", "text/plain")), body, 0.1)

    assert judge_statuses(tagged(b"a", "user_a"), tagged(b"b", "user_b")) == {("HDR-09", Verdict.FAIL)}
    assert judge_statuses(tagged(b"a", "user_a"), tagged(b"a", "user_b")) == set()
