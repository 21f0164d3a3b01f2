"""FLT: filters, compared with the unfiltered list; one violating target for each requirement."""

import operator
import re
from datetime import datetime
from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.checks.filters import CHECKS
from conformance.evidence.filter_semantics import format_query_value, is_satisfied
from conformance.model import Filter, Operator, Request, Response, Verdict
from conformance.probes.filters.filtered_lists import PROBES
from tests.probes.scripted import (
    BASE,
    ListTarget,
    is_affordable,
    judge_exchange,
    make_exchange,
    make_id,
    make_problem,
    make_response,
    run_probe,
)

(FILTERS,) = (probe for probe in PROBES if probe.name == "filters")
(HOLDS,) = CHECKS
LIST = "GET /vehicles/{vehicle_id}/status_logs"
VEHICLE = {"id": make_id("vhcl", 1), "url": f"{BASE}/vehicles/{make_id('vhcl', 1)}"}
PATH = f"/vehicles/{make_id('vhcl', 1)}/status_logs"


def log(minute):
    at = f"2026-01-01T10:{minute:02d}:00Z"
    return {"url": f"{BASE}{PATH}/{at}", "sampled_at": at}


LOGS = [log(minute) for minute in range(7)]
time = datetime.fromisoformat
SELECTS = {
    "sampled_at__gte": lambda item, value: time(item["sampled_at"]) >= time(value),
    "sampled_at__lte": lambda item, value: time(item["sampled_at"]) <= time(value),
}


def shelf(logs=LOGS, **selects):
    return ListTarget({"/vehicles": [VEHICLE], PATH: logs}, selects={**SELECTS, **selects})


def test_a_conforming_list_passes_everything_within_its_needs(subject):
    run = run_probe(FILTERS, LIST, subject, shelf())
    assert run.violated_requirements() == set()
    assert run.passed_requirements() == {
        "FLT-02",
        "FLT-03",
        "FLT-05",
        "PAG-05",
    }  # the check passes FLT-01
    assert is_affordable(run, FILTERS, LIST, subject)


def test_a_bound_that_is_left_out_violates_inclusion(subject):
    run = run_probe(
        FILTERS, LIST, subject, shelf(sampled_at__gte=lambda item, value: time(item["sampled_at"]) > time(value))
    )
    assert {"FLT-01", "FLT-02"} <= run.violated_requirements()


def test_missing_item_beyond_the_bound_violates_no_inclusion(subject):
    gone = LOGS[5]["sampled_at"]
    run = run_probe(
        FILTERS, LIST, subject, shelf(sampled_at__gte=lambda i, v: time(v) <= time(i["sampled_at"]) != time(gone))
    )
    assert {"FLT-02", "FLT-03"} <= run.violated_requirements()
    assert "FLT-01" not in run.violated_requirements()


def test_a_filter_that_is_ignored_shows_items_in_both_halves(subject):
    run = run_probe(FILTERS, LIST, subject, shelf(sampled_at__gte=lambda item, value: True))
    assert run.violated_requirements() == {"FLT-03"}


def test_a_filter_that_loses_items_on_the_second_page_is_found(subject):
    target = shelf()

    def forgetful(request):
        asked = parse_qs(request.target.partition("?")[2])
        lost = "page_after" in asked and any(name in SELECTS for name in asked)
        return make_response([], Link="<about:blank>; rel=next") if lost else target(request)

    assert run_probe(FILTERS, LIST, subject, forgetful).violated_requirements() == {"FLT-05"}


def test_pages_that_lose_items_without_a_filter_violate_no_filter(subject):
    target = shelf()

    def lose_items(request):
        answer = target(request)
        if "page_after" not in request.target:
            return answer
        return msgspec.structs.replace(answer, body=msgspec.json.encode(msgspec.json.decode(answer.body)[1:]))

    run = run_probe(FILTERS, LIST, subject, lose_items)
    assert run.violated_requirements() == set()
    assert {"FLT-02", "FLT-03"} <= run.passed_requirements()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("FLT-05")


def test_items_missing_from_the_largest_page_violate_no_filter(subject):
    target = shelf()

    def lose_items(request):
        answer = target(request)
        items = msgspec.json.decode(answer.body)
        if "page_size=100" not in request.target or "__gte" not in request.target:
            return answer
        return msgspec.structs.replace(answer, body=msgspec.json.encode(items[:1] + items[2:]))

    run = run_probe(FILTERS, LIST, subject, lose_items)
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("FLT-02") & run.verdicts_on("FLT-03")


@pytest.mark.parametrize("unwrap", [lambda items: items[0] if items else {}, lambda items: [*items, 7]])
def test_response_without_a_list_of_objects_violates_no_filter(subject, unwrap):
    target = shelf()

    def respond_unwrapped(request):
        answer = target(request)
        if "__" not in request.target:
            return answer
        return msgspec.structs.replace(answer, body=msgspec.json.encode(unwrap(msgspec.json.decode(answer.body))))

    run = run_probe(FILTERS, LIST, subject, respond_unwrapped)
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("FLT-02") & run.verdicts_on("FLT-03")


def test_an_id_of_the_wrong_type_leaves_the_item_in_its_list(subject):
    exact = ListTarget({"/evses": EVSES}, selects={"cpid": lambda item, value: item["cpid"] == value})

    def listed_ids(request):
        answer = exact(request)
        if "cpid" not in request.target:
            return answer
        items = [{**item, "id": [item["id"]]} for item in msgspec.json.decode(answer.body)]
        return msgspec.structs.replace(answer, body=msgspec.json.encode(items))

    assert run_probe(FILTERS, "GET /evses", subject, listed_ids).violated_requirements() == set()


def test_refused_page_size_violates_no_filter(subject):
    target = shelf()

    def small(request):
        return make_problem(400) if "page_size=100" in request.target else target(request)

    run = run_probe(FILTERS, LIST, subject, small)
    assert run.violated_requirements() == set()
    assert "FLT-02" in run.passed_requirements()


def test_a_refused_value_of_an_item_is_a_violation(subject):
    target = shelf()

    def refuse_upper_bound(request):
        return make_problem(400) if "__lte" in request.target else target(request)

    assert run_probe(FILTERS, LIST, subject, refuse_upper_bound).violated_requirements() == {"FLT-01"}


def test_items_that_change_in_between_are_no_violation(subject):
    first, second = shelf(), shelf(LOGS[:2])
    seen = []

    def respond_with_change(request):
        seen.append(request)
        return (first if len(seen) < 4 else second)(request)

    run = run_probe(FILTERS, LIST, subject, respond_with_change)
    assert run.violated_requirements() == set()
    assert {notice.topic for notice in run.notices} == {"volatile-field"}


def test_one_item_is_filtered_on_its_bound_and_beyond(subject):
    run = run_probe(FILTERS, LIST, subject, shelf(LOGS[:1]))
    assert run.violated_requirements() == set()
    assert any("__gte=2026-01-02" in request.target for request in run.requests)


def test_an_empty_list_is_not_tested(subject):
    run = run_probe(FILTERS, LIST, subject, shelf([]))
    assert {outcome.verdict for outcome in run.outcomes} == {Verdict.NOT_TESTED}


@pytest.mark.parametrize("body", [[1, None, "x"], {"a": 1}, [{"id": 3, "url": 4}], [{"sampled_at": {"x": 1}}]])
def test_hostile_lists_raise_no_error(subject, body):
    target = shelf()

    def hostile(request):
        return make_response(body) if request.target.startswith(PATH) else target(request)

    assert run_probe(FILTERS, LIST, subject, hostile).outcomes


def judge_list(subject, query, items):
    request = Request(LIST, "GET", f"{PATH}?{query}")
    return {
        outcome.requirement: outcome.verdict
        for outcome in judge_exchange(HOLDS, subject, request, make_response(items))
    }


def test_every_filtered_response_is_judged(subject):
    bound = LOGS[3]["sampled_at"]
    assert judge_list(subject, f"sampled_at__gte={bound}", LOGS[3:]) == {"FLT-01": Verdict.PASS}
    assert judge_list(subject, f"sampled_at__gte={bound}", LOGS[2:]) == {"FLT-01": Verdict.FAIL}
    assert judge_list(subject, f"sampled_at__gte={bound}&page_after=x", LOGS[2:]) == {"FLT-05": Verdict.FAIL}
    assert judge_list(subject, f"sampled_at__gte={bound}", []) == {}
    assert judge_list(subject, "sampled_at__gte=yesterday", LOGS) == {}
    assert judge_list(subject, "page_size=3", LOGS) == {}


@pytest.mark.parametrize(
    ("how", "value", "text", "holds"),
    [
        (Operator.GTE, 3, "3", True),
        (Operator.GT, 3, "3", False),
        (Operator.LTE, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
        (Operator.LT, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", False),
        (Operator.LT, "2026-01-01T00:00:00", "2026-01-01T01:00:00+01:00", None),
        (Operator.GTE, None, "3", False),
        (Operator.RANGE, 3, "3,5", True),
        (Operator.RANGE, 6, "3,5", False),
        (Operator.RANGE, 6, "3", None),
        (Operator.IN, "a", "b,a", True),
        (Operator.IN, "c", "b,a", False),
        (Operator.ISNULL, None, "true", True),
        (Operator.ISNULL, None, "false", False),
        (Operator.ISNULL, 1, "perhaps", None),
        (Operator.EQ, True, "true", True),
        (Operator.EQ, 1, "1.0", True),
        (Operator.EQ, "Sent", "SENT", True),
        (Operator.EQ, ["a", "b"], "b", True),
        (Operator.EQ, [], "b", False),
    ],
)
def test_satisfies_compares_by_operator(how, value, text, holds):
    assert is_satisfied(Filter("x", how, "x"), {"x": value}, text) is holds


def test_links_are_compared_by_the_id_at_their_end_expanded_or_not():
    by_id = Filter("make_id", Operator.EQ, "make", "makes")
    assert is_satisfied(by_id, {"make": f"{BASE}/makes/m1"}, "m1") is True
    assert is_satisfied(by_id, {"make": {"url": f"{BASE}/makes/m1"}}, "m1") is True
    assert is_satisfied(by_id, {"make": f"{BASE}/makes/m2"}, "m1") is False


def test_nested_members_all_count_and_absent_fields_decide_nothing():
    inner = Filter("at__gte", Operator.GTE, "plans[].at")
    assert is_satisfied(inner, {"plans": [{"at": 1}, {"at": 5}]}, "3") is False
    assert is_satisfied(inner, {"plans": [{"at": 4}, {"at": 5}]}, "3") is True
    assert is_satisfied(inner, {}, "3") is None
    assert is_satisfied(Filter("c", Operator.EQ, "a.c"), {"a": None}, "3") is False


def test_refused_filter_is_not_judged(subject):
    assert judge_exchange(HOLDS, subject, Request(LIST, "GET", f"{PATH}?sampled_at__gte=x"), make_problem(400)) == []
    assert make_exchange(Request(LIST, "GET", PATH), make_response([])).status == 200


@pytest.mark.parametrize("name", SELECTS)
def test_a_bound_in_another_time_zone_is_the_same_instant(subject, name):
    compare = {"sampled_at__gte": operator.ge, "sampled_at__lte": operator.le}[name]
    literal = shelf(**{name: lambda item, value: compare(item["sampled_at"][:19], value[:19])})
    assert {"FLT-02", "FLT-03"} <= run_probe(FILTERS, LIST, subject, literal).violated_requirements()


def test_a_link_that_forgets_the_filter_is_found(subject):
    target = shelf()

    def forgetful(request):
        answer = target(request)
        headers = tuple((k, re.sub(r"sampled_at__[^&>]*&", "", v)) for k, v in answer.headers)
        return Response(answer.status, headers, answer.body)

    assert "PAG-05" in run_probe(FILTERS, LIST, subject, forgetful).violated_requirements()


EVSES = [
    {"id": make_id("evse", n), "url": f"{BASE}/evses/{make_id('evse', n)}", "cpid": cpid}
    for n, cpid in enumerate(["A-1", "A-10", "B-2"])
]


def test_equality_is_tried_on_the_beginning_of_another_value(subject):
    exact = ListTarget({"/evses": EVSES}, selects={"cpid": lambda item, value: item["cpid"] == value})
    run = run_probe(FILTERS, "GET /evses", subject, exact)
    assert run.violated_requirements() == set()
    assert any("cpid=A-1&" in request.target for request in run.requests)


def with_vehicles(*, together=lambda asked: True):
    """Return logs whose vehicle is expanded on request, as far as `together` allows it."""
    plain = shelf([{**item, "vehicle": VEHICLE["url"]} for item in LOGS])
    opened = shelf([{**item, "vehicle": VEHICLE} for item in LOGS])

    def respond(request):
        asked = parse_qs(request.target.partition("?")[2])
        return (opened if "expand" in asked and together(asked) else plain)(request)

    return respond


def test_a_filtered_walk_is_expanded_all_the_way(subject):
    run = run_probe(FILTERS, LIST, subject, with_vehicles())
    assert run.violated_requirements() == set()
    assert "EXP-08" in run.passed_requirements()
    assert is_affordable(run, FILTERS, LIST, subject)
    lost = run_probe(FILTERS, LIST, subject, with_vehicles(together=lambda asked: not {*asked} & {*SELECTS}))
    assert lost.violated_requirements() == {"EXP-08"}


def test_of_two_filters_both_must_hold(subject):
    target = shelf()

    def either(request):
        asked = parse_qs(request.target.partition("?")[2])
        if {*SELECTS} <= {*asked}:
            every = shelf(sampled_at__gte=lambda item, value: True, sampled_at__lte=lambda item, value: True)
            return every(request)
        return target(request)

    combined = [
        request
        for request in run_probe(FILTERS, LIST, subject, either).requests
        if all(n in request.target for n in SELECTS)
    ]
    assert combined
    outcomes = [outcome for outcome in combined for outcome in judge_exchange(HOLDS, subject, outcome, either(outcome))]
    assert any(outcome.verdict is Verdict.FAIL for outcome in outcomes)
    assert not any(
        outcome.verdict is Verdict.FAIL for r in combined for outcome in judge_exchange(HOLDS, subject, r, target(r))
    )


@pytest.mark.parametrize("broken", [False, True])
def test_items_lost_by_two_filters_together_are_blamed_on_the_filters(broken, subject):
    """Blame the filters where the walk is not to blame, unless the second read failed."""
    target, looks = shelf(), []

    def lose_items(request):
        asked = parse_qs(request.target.partition("?")[2])
        if not {*SELECTS} <= {*asked}:
            return target(request)
        looks.extend([] if "page_after" in asked else [request])
        return make_problem(502) if broken and len(looks) > 1 else shelf(LOGS[1:-1])(request)

    run = run_probe(FILTERS, LIST, subject, lose_items)
    assert len(looks) > 1
    assert run.violated_requirements() == (set() if broken else {"FLT-02"})


def test_filters_and_expansions_that_are_refused_together_are_tried_alone(subject):
    target = shelf()

    def alone(request):
        asked = parse_qs(request.target.partition("?")[2])
        return make_problem(400) if len({*asked} & {*SELECTS, "expand"}) > 1 else target(request)

    run = run_probe(FILTERS, LIST, subject, alone)
    assert run.violated_requirements() == set()
    assert {"FLT-02", "FLT-03", "FLT-05"} <= run.passed_requirements()


def test_bounds_separate_close_values(subject):
    near = [log(0), log(1), *({**log(2), "sampled_at": f"2026-01-01T10:02:00.{n}Z"} for n in (1, 2)), log(30), log(59)]
    for n, item in enumerate(near):
        item["url"] = f"{BASE}{PATH}/{n}"
    by_minute = shelf(
        near, sampled_at__gte=lambda item, value: time(item["sampled_at"]) >= time(value).replace(microsecond=0)
    )
    run = run_probe(FILTERS, LIST, subject, by_minute)
    assert "FLT-03" in run.violated_requirements()


@pytest.mark.parametrize(
    ("value", "spelt"), [(4.0, "4"), (4.5, "4.5"), (10, "10"), (True, "true"), (None, ""), ("a", "a")]
)
def test_spelled_is_the_same_for_equal_numbers(value, spelt):
    assert format_query_value(value) == spelt


def test_lower_case_time_is_sent_in_upper_case(subject):
    small = [{**item, "sampled_at": item["sampled_at"].lower()} for item in LOGS]
    compared = {
        "sampled_at__gte": lambda item, value: time(item["sampled_at"].upper()) >= time(value),
        "sampled_at__lte": lambda item, value: time(item["sampled_at"].upper()) <= time(value),
    }

    def strict(request):
        asked = parse_qs(request.target.partition("?")[2])
        given = [value for name in SELECTS for value in asked.get(name, ())]
        return (
            make_problem(400) if any(value != value.upper() for value in given) else shelf(small, **compared)(request)
        )

    assert run_probe(FILTERS, LIST, subject, strict).violated_requirements() == set()


(NULLS,) = (probe for probe in PROBES if probe.name == "null-filters")
TICKETS = "GET /support_tickets"
NULLABLE = ("human_verified_category", "human_verified_subcategory", "ai_generated_category",
            "ai_generated_subcategory", "priority", "user", "resolved_at", "ticket_updated_at")  # fmt: skip


def ticket(number, source):
    ticket_id = make_id("tckt", number)
    nullable = {name: f"{name} {number}" if number % 2 else None for name in NULLABLE}
    return {"id": ticket_id, "url": f"{BASE}/support_tickets/{ticket_id}", "source": source, **nullable}


def ticket_list(sources="abcde", **selects):
    nulls = {
        f"{name}__isnull": lambda item, value, name=name: (item[name] is None) is (value == "true") for name in NULLABLE
    }
    members = {"source__in": lambda item, value: item["source"] in value.split(",")}
    tickets = [ticket(number, source) for number, source in enumerate(sources)]
    return ListTarget({"/support_tickets": tickets}, selects={**nulls, **members, **selects})


def test_a_filter_by_null_is_tried_with_both_values(subject):
    run = run_probe(NULLS, TICKETS, subject, ticket_list())
    assert run.violated_requirements() == set()
    assert {"FLT-02", "FLT-03"} <= run.passed_requirements()
    assert is_affordable(run, NULLS, TICKETS, subject)
    names = [f"{name}__isnull={value}" for name in NULLABLE for value in ("true", "false")]
    assert all(any(name in request.target for request in run.requests) for name in names)


@pytest.mark.parametrize("value_read", ["true", "false"])
def test_a_filter_by_null_that_reads_one_value_for_both_is_found(subject, value_read):
    def holds(item, _value):
        return (item["priority"] is None) is (value_read == "true")

    run = run_probe(NULLS, TICKETS, subject, ticket_list(priority__isnull=holds))
    assert {"FLT-02", "FLT-03"} <= run.violated_requirements()


@pytest.mark.parametrize("sources", ["abc", "abcde", "abccc"])
def test_a_list_of_values_that_is_cut_is_found(subject, sources):
    assert "FLT-02" in run_probe(FILTERS, TICKETS, subject, ticket_list(sources)).passed_requirements()
    cut = ticket_list(sources, source__in=lambda item, value: item["source"] in value.split(",")[:2])
    assert "FLT-02" in run_probe(FILTERS, TICKETS, subject, cut).violated_requirements()


def test_a_list_of_values_leaves_out_an_item(subject):
    run = run_probe(FILTERS, TICKETS, subject, ticket_list("abc", source__in=lambda item, value: True))
    requests = [request for request in run.requests if "source__in" in request.target]
    target = ticket_list("abc", source__in=lambda item, value: True)
    outcomes = [outcome for request in requests for outcome in judge_exchange(HOLDS, subject, request, target(request))]
    assert any(outcome.verdict is Verdict.FAIL for outcome in outcomes)


def test_a_list_with_many_filters_tries_some_of_them_at_a_time(subject):
    run = run_probe(FILTERS, TICKETS, subject, ticket_list())
    assert is_affordable(run, FILTERS, TICKETS, subject)
    assert len(run.requests) < len(subject.model.operations_by_key[TICKETS].filters) // 2
