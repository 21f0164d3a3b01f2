"""FLT-04, FLT-06, FLT-07 and PAG-09: malformed filters, orders and unknown parameters."""

from urllib.parse import unquote

import msgspec
import pytest
from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Operator, Verdict
from conformance.probes.consistency.unknown_parameters import NAME
from conformance.probes.consistency.unknown_parameters import PROBES as SURPLUS
from conformance.probes.filters.malformed_values import PROBES as MALFORMED
from conformance.probes.filters.malformed_values import bad_values
from conformance.probes.filters.ordering import PROBES as ORDERING
from conformance.probes.filters.ordering import in_order

(ORDER,) = ORDERING
IN_LIST, ELSEWHERE = SURPLUS
MAKES = [
    {"id": ulid("vmak", n), "url": f"{BASE}/vehicle_makes/{ulid('vmak', n)}", "name": name}
    for n, name in enumerate(["Audi", "BMW", "citroën", "Dacia"])
]
LIST, PATH = "GET /vehicle_makes", "/vehicle_makes"
ITEM = "GET /vehicle_makes/{vehicle_make_id}"
SESSIONS = "GET /charging_sub_sessions"


@pytest.mark.parametrize("probe", MALFORMED, ids=lambda probe: probe.name)
def test_malformed_values_of_filters_must_be_refused(subject, probe):
    good = drive(probe, SESSIONS, subject, lambda request: problem(400))
    assert good.passed() == {"FLT-04"}
    assert affordable(good, probe, SESSIONS, subject)
    assert drive(probe, SESSIONS, subject, lambda request: reply([])).violated() == {"FLT-04"}
    assert drive(probe, SESSIONS, subject, lambda request: problem(500)).violated() == {"FLT-04"}


def test_filters_of_every_kind_are_tested(subject):
    standard_requests, deep_requests = (
        drive(probe, SESSIONS, subject, lambda request: problem(400)).requests for probe in MALFORMED
    )
    assert len(standard_requests) == 5  # an id, an integer, a boolean, an enum, a time
    assert (
        len({request.target.partition("=")[0] for request in deep_requests}) == 10
    )  # all but the one that takes any text


def test_ranges_get_the_bad_values_of_other_bounds(subject):
    run = drive(MALFORMED[1], "GET /support_tickets", subject, lambda request: problem(400))
    assert any("created_at__range=yesterday,yesterday" in unquote(request.target) for request in run.requests)


def test_filters_of_free_text_are_not_tested(subject):
    run = drive(MALFORMED[0], "GET /region_groups", subject, lambda request: problem(500))
    assert (run.requests, run.verdicts("FLT-04")) == ((), {Verdict.NOT_APPLICABLE})


@pytest.mark.parametrize(
    ("schema", "operator", "some"),
    [
        ({"type": "string"}, Operator.EQ, False),
        ({"type": "string", "format": "date-time"}, Operator.GTE, True),
        ({"type": "string"}, Operator.RANGE, False),
        ({"type": "integer"}, Operator.EQ, True),
        ({"type": "boolean"}, Operator.ISNULL, True),
        ({"enum": ["A"]}, Operator.EQ, True),
        ({"type": "string", "pattern": "."}, Operator.EQ, False),
        ({"type": "string", "pattern": "user[A-Z0-9]{26}"}, Operator.EQ, True),
    ],
)
def test_bad_values_are_excluded_by_the_schema(schema, operator, some):
    assert bool(bad_values(schema, operator)) is some


def serve_ordered(request):
    names = sorted(MAKES, key=lambda item: item["name"].casefold(), reverse="ordering=-" in request.target)
    return reply(names)


def test_a_list_in_its_order_and_in_reverse_passes(subject):
    run = drive(ORDER, LIST, subject, serve_ordered)
    assert run.passed() == {"FLT-06"}
    assert affordable(run, ORDER, LIST, subject)


@pytest.mark.parametrize("answer", [reply(MAKES), reply(MAKES[::-1]), reply([MAKES[2], *MAKES[:2]]), problem(400)])
def test_an_ignored_order_is_a_violation(subject, answer):
    shelf = Shelf({PATH: MAKES})

    def ignore_order(request):
        return answer if "ordering" in request.target else shelf(request)

    assert drive(ORDER, LIST, subject, ignore_order).violated() == {"FLT-06"}


def test_an_order_within_each_page_only_is_a_violation(subject):
    rising = Shelf({PATH: sorted(MAKES, key=lambda item: item["name"].casefold())})

    def by_page(request):
        answer = rising(request)
        turned = msgspec.json.decode(answer.body)[:: -1 if "ordering=-" in request.target else 1]
        return msgspec.structs.replace(answer, body=msgspec.json.encode(turned))

    run = drive(ORDER, LIST, subject, by_page)
    assert run.violated() == {"FLT-06"}
    assert affordable(run, ORDER, LIST, subject)


@pytest.mark.parametrize("names", [["A"], ["A", "A"], [None, "A"], [{}, []]])
def test_one_value_has_no_order(subject, names):
    items = [{"id": ulid("vmak", n), "name": name} for n, name in enumerate(names)]
    assert drive(ORDER, LIST, subject, lambda request: reply(items)).verdicts("FLT-06") == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("values", "rising"),
    [
        (["Zoe", "ami"], True),  # by code point
        (["ami", "Zoe"], True),  # without case
        (["e-Up", "EV6", "ë"], True),
        (["b", "a", "c"], False),
        ([1, 2, 10], True),
        ([10, 9, 11], False),
        (["2026-01-01T00:00:00Z", "2026-01-01T00:30:00+01:00"], False),
    ],
)
def test_any_usual_collation_is_accepted(values, rising):
    assert in_order(values, down=False) is rising
    assert in_order(values[::-1], down=True) is rising


def test_an_unknown_parameter_may_change_nothing_or_be_refused(subject):
    shelf = Shelf({PATH: MAKES})
    same = drive(IN_LIST, LIST, subject, shelf)
    assert same.passed() == {"FLT-07", "PAG-09"}
    assert affordable(same, IN_LIST, LIST, subject)
    refused = drive(IN_LIST, LIST, subject, lambda request: problem(400) if NAME in request.target else shelf(request))
    assert refused.passed() == {"FLT-07", "PAG-09"}
    single = drive(ELSEWHERE, ITEM, subject, shelf)
    assert single.passed() == {"FLT-07"}
    assert affordable(single, ELSEWHERE, ITEM, subject)


@pytest.mark.parametrize("answer", [reply([]), reply(MAKES[:3]), problem(404)])
def test_an_unknown_parameter_that_changes_the_list_is_found(subject, answer):
    shelf = Shelf({PATH: MAKES})
    run = drive(IN_LIST, LIST, subject, lambda request: answer if NAME in request.target else shelf(request))
    assert run.violated() == {"FLT-07"}


def test_an_unknown_parameter_that_changes_a_resource_is_found(subject):
    shelf = Shelf({PATH: MAKES})
    changed_make = reply({**MAKES[0], "name": "Other"})
    run = drive(ELSEWHERE, ITEM, subject, lambda request: changed_make if NAME in request.target else shelf(request))
    assert run.violated() == {"FLT-07"}


def test_values_that_change_by_themselves_are_no_violation(subject):
    count = iter(range(9))
    shelf = Shelf({PATH: MAKES})

    def count_requests(request):
        return shelf(request) if request.target == PATH else reply({**MAKES[0], "count": next(count)})

    run = drive(ELSEWHERE, ITEM, subject, count_requests)
    assert run.violated() == set()
    assert [notice.topic for notice in run.notices] == ["volatile-field"]


def test_an_order_that_differs_each_time_is_a_violation(subject):
    orders = iter([MAKES, MAKES[::-1], *[[*MAKES[2:], *MAKES[:2]]] * 3])
    run = drive(IN_LIST, LIST, subject, lambda request: reply(next(orders)))
    assert "PAG-09" in run.violated()


def test_added_and_removed_items_do_not_change_the_order(subject):
    lists = iter([MAKES[:3], *[MAKES[1:]] * 4])
    run = drive(IN_LIST, LIST, subject, lambda request: reply(next(lists)))
    assert run.violated() == set()
    assert "PAG-09" in run.passed()


def test_a_refusal_of_everything_is_not_observable(subject):
    shelf = Shelf({PATH: MAKES})
    run = drive(
        ELSEWHERE, ITEM, subject, lambda request: problem(400) if MAKES[0]["id"] in request.target else shelf(request)
    )
    assert run.verdicts("FLT-07") == {Verdict.NOT_OBSERVABLE}
