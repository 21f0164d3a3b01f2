"""RUL-09: lists in the order that their texts state."""

import pytest

from conformance.checks.stated_orders import check_stated_orders
from conformance.description import prose
from conformance.evidence.responses import OperationResponse
from conformance.model import Exchange, Request, StatedOrder, Verdict
from tests.probes.scripted import make_response

SESSIONS, FEEDS = "GET /charging_sessions", "GET /carbon_feeds"
PRICES, MESSAGES = "GET /tariffs/{tariff_id}/prices", "GET /support_tickets/{support_ticket_id}/messages"
EVSES, MAKES = "GET /evses", "GET /vehicle_makes"
PASS, FAIL = {Verdict.PASS}, {Verdict.FAIL}


@pytest.fixture
def judge(subject):
    def judge_body(key, body, target="/"):
        exchange = Exchange("x", Request(key, "GET", target), "", 0.0, make_response(body))
        response = OperationResponse(exchange, subject.model.operations_by_key[key])
        return {outcome.verdict for outcome in check_stated_orders(response, subject)}

    return judge_body


def list_by(field, *values):
    return [{field: value} for value in values]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("The logs of a device, newest first.", StatedOrder("", is_descending=True)),
        ("Newest first.", StatedOrder("", is_descending=True)),
        ("Everything that happened, sorted oldest first.", StatedOrder("", is_descending=False)),
        ("Results are ordered by start time\n(most recent first).", StatedOrder("start time", is_descending=True)),
        ("A list of points, sorted by started_at descending.", StatedOrder("started_at", is_descending=True)),
        (
            "A list of points, sorted by `started_at` in ascending order.",
            StatedOrder("started_at", is_descending=False),
        ),
        ("A list, sorted by name.", StatedOrder("name")),
        ("Messages ordered by their position.", StatedOrder("position")),
        ("The lists are not sorted by anything.", None),
        ("Orders of energy. The newest price counts first.", None),
        ("Returns sorted results.", None),
    ],
)
def test_an_order_is_read_from_a_text(text, order):
    assert prose.find_order(text) == order


TIMES = ("2026-03-03T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-01T10:00:00Z")


@pytest.mark.parametrize(
    ("key", "body", "verdicts"),
    [
        (SESSIONS, list_by("start", *TIMES), PASS),
        (SESSIONS, list_by("start", *TIMES[::-1]), FAIL),
        (SESSIONS, list_by("start", TIMES[0], TIMES[2], TIMES[1]), FAIL),
        (SESSIONS, list_by("start", "2026-03-02T00:30:00+02:00", "2026-03-01T22:15:00Z"), PASS),
        (PRICES, list_by("started_at", *TIMES), PASS),
        (PRICES, list_by("started_at", *TIMES[::-1]), FAIL),
        (FEEDS, list_by("name", "Anna", "Berta", "Clara"), PASS),
        (FEEDS, list_by("name", "Anna", "berta", "Clara"), PASS),
        (FEEDS, list_by("name", "Anna", "Clara", "berta"), PASS),
        (FEEDS, list_by("name", "Élan", "Enya", "Zoe"), PASS),
        (FEEDS, list_by("name", "Anna", "Clara", "Berta"), FAIL),
        (MESSAGES, list_by("position", 1, 2, 10), PASS),
        (MESSAGES, list_by("position", 1, 10, 2), FAIL),
        (MESSAGES, list_by("position", 2, None, 3), PASS),
    ],
)
def test_neighbours_are_compared_by_what_the_text_names(key, body, verdicts, judge):
    assert judge(key, body) == verdicts


def test_a_list_by_age_may_go_by_any_time_that_it_shows(judge):
    started, ended = TIMES, ("2026-03-04T10:00:00Z", "2026-03-05T10:00:00Z", "2026-03-06T10:00:00Z")
    body = [{"start": start, "end": end} for start, end in zip(started, ended, strict=True)]
    assert judge(SESSIONS, body) == judge(SESSIONS, body[::-1]) == PASS
    assert judge(SESSIONS, [body[0], body[2], body[1]]) == FAIL


@pytest.mark.parametrize(
    "body", [[], list_by("start", TIMES[0]), list_by("start", TIMES[0], TIMES[0]), [{}, {}], ["x"]]
)
def test_a_list_without_two_different_times_is_not_judged(body, judge):
    assert judge(SESSIONS, body) == set()


def test_a_list_of_which_no_order_is_stated_is_not_judged(judge):
    assert judge(EVSES, list_by("created_at", *TIMES[::-1])) == set()


def test_a_list_inside_an_object_is_judged_when_it_is_expanded(judge):
    sessions = [{"sub_sessions": list_by("started_at", *TIMES)}, {"sub_sessions": list_by("started_at", *TIMES[::-1])}]
    assert judge(SESSIONS, sessions[:1]) == PASS
    assert judge(SESSIONS, sessions) == FAIL
    assert judge(SESSIONS, [{"sub_sessions": ["https://x/2", "https://x/1"]}]) == set()


@pytest.mark.parametrize(
    ("counts", "verdicts"), [((9, 4, 4, 1), PASS), ((1, 4, 9), PASS), ((4, 9, 1), FAIL), ((4,), set())]
)
def test_the_lists_of_a_body_that_is_no_list_are_judged_by_what_the_text_names(counts, verdicts, judge):
    key = "GET /support-ticket-stats/top-categories"
    assert judge(key, {"categories": list_by("count", *counts), "other": list_by("size", 3, 9, 1)}) == verdicts
