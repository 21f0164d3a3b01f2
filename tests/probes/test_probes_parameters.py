"""FLT-04, FLT-06, FLT-07 and PAG-09: malformed filters, orders and unknown parameters."""

import itertools
from urllib.parse import unquote

import msgspec
import pytest

from conformance.model import Operator, Verdict
from conformance.probes.consistency.unknown_parameters import PROBES as SURPLUS
from conformance.probes.consistency.unknown_parameters import UNKNOWN_PARAMETER
from conformance.probes.filters.malformed_values import PROBES as MALFORMED
from conformance.probes.filters.malformed_values import list_bad_values
from conformance.probes.filters.ordering import PROBES as ORDERING
from conformance.probes.filters.ordering import is_in_order
from tests.probes.scripted import (
    BASE,
    ListTarget,
    is_affordable,
    make_id,
    make_problem,
    make_response,
    run_probe,
    whole_sample,
)

(ORDER,) = ORDERING
IN_LIST, ELSEWHERE = SURPLUS
MAKES = [
    {"id": make_id("vmak", n), "url": f"{BASE}/vehicle_makes/{make_id('vmak', n)}", "name": name}
    for n, name in enumerate(["Audi", "BMW", "citroën", "Dacia"])
]
LIST, PATH = "GET /vehicle_makes", "/vehicle_makes"
ITEM = "GET /vehicle_makes/{vehicle_make_id}"
SESSIONS = "GET /charging_sub_sessions"


@pytest.mark.parametrize("probe", MALFORMED, ids=lambda probe: probe.name)
def test_malformed_values_of_filters_must_be_refused(subject, probe):
    good = run_probe(probe, SESSIONS, subject, lambda request: make_problem(400))
    assert good.passed_requirements() == {"FLT-04"}
    assert is_affordable(good, probe, SESSIONS, subject)
    assert run_probe(probe, SESSIONS, subject, lambda request: make_response([])).violated_requirements() == {"FLT-04"}
    assert run_probe(probe, SESSIONS, subject, lambda request: make_problem(500)).violated_requirements() == {"FLT-04"}


def test_filters_of_every_kind_are_tested(subject):
    standard_requests, deep_requests = (
        run_probe(MALFORMED[0], SESSIONS, extent, lambda request: make_problem(400)).requests
        for extent in (subject, whole_sample(subject))
    )
    assert len(standard_requests) == 5  # an id, an integer, a boolean, an enum, a time
    assert (
        len({request.target.partition("=")[0] for request in deep_requests}) == 10
    )  # all but the one that takes any text


def test_ranges_get_the_bad_values_of_other_bounds(subject):
    run = run_probe(MALFORMED[0], "GET /support_tickets", whole_sample(subject), lambda request: make_problem(400))
    assert any("created_at__range=yesterday,yesterday" in unquote(request.target) for request in run.requests)


def test_filters_of_free_text_are_not_tested(subject):
    run = run_probe(MALFORMED[0], "GET /region_groups", subject, lambda request: make_problem(500))
    assert (run.requests, run.verdicts_on("FLT-04")) == ((), {Verdict.NOT_APPLICABLE})


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
    assert bool(list_bad_values(schema, operator)) is some


def serve_ordered(request):
    names = sorted(MAKES, key=lambda item: item["name"].casefold(), reverse="ordering=-" in request.target)
    return make_response(names)


def test_a_list_in_its_order_and_in_reverse_passes(subject):
    run = run_probe(ORDER, LIST, subject, serve_ordered)
    assert run.passed_requirements() == {"FLT-06"}
    assert is_affordable(run, ORDER, LIST, subject)


@pytest.mark.parametrize(
    "answer",
    [make_response(MAKES), make_response(MAKES[::-1]), make_response([MAKES[2], *MAKES[:2]]), make_problem(400)],
)
def test_an_ignored_order_is_a_violation(subject, answer):
    shelf = ListTarget({PATH: MAKES})

    def ignore_order(request):
        return answer if "ordering" in request.target else shelf(request)

    assert run_probe(ORDER, LIST, subject, ignore_order).violated_requirements() == {"FLT-06"}


def test_an_order_within_each_page_only_is_a_violation(subject):
    rising = ListTarget({PATH: sorted(MAKES, key=lambda item: item["name"].casefold())})

    def by_page(request):
        answer = rising(request)
        turned = msgspec.json.decode(answer.body)[:: -1 if "ordering=-" in request.target else 1]
        return msgspec.structs.replace(answer, body=msgspec.json.encode(turned))

    run = run_probe(ORDER, LIST, subject, by_page)
    assert run.violated_requirements() == {"FLT-06"}
    assert is_affordable(run, ORDER, LIST, subject)


@pytest.mark.parametrize("names", [["A"], ["A", "A"], [None, "A"], [{}, []]])
def test_one_value_has_no_order(subject, names):
    items = [{"id": make_id("vmak", n), "name": name} for n, name in enumerate(names)]
    assert run_probe(ORDER, LIST, subject, lambda request: make_response(items)).verdicts_on("FLT-06") == {
        Verdict.NOT_APPLICABLE
    }


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
    assert is_in_order(values, down=False) is rising
    assert is_in_order(values[::-1], down=True) is rising


def test_an_unknown_parameter_may_change_nothing_or_be_refused(subject):
    shelf = ListTarget({PATH: MAKES})
    same = run_probe(IN_LIST, LIST, subject, shelf)
    assert same.passed_requirements() == {"FLT-07", "PAG-09"}
    assert is_affordable(same, IN_LIST, LIST, subject)
    refused = run_probe(
        IN_LIST,
        LIST,
        subject,
        lambda request: make_problem(400) if UNKNOWN_PARAMETER in request.target else shelf(request),
    )
    assert refused.passed_requirements() == {"FLT-07", "PAG-09"}
    single = run_probe(ELSEWHERE, ITEM, subject, shelf)
    assert single.passed_requirements() == {"FLT-07"}
    assert is_affordable(single, ELSEWHERE, ITEM, subject)


@pytest.mark.parametrize("answer", [make_response([]), make_response(MAKES[:3]), make_problem(404)])
def test_an_unknown_parameter_that_changes_the_list_is_found(subject, answer):
    shelf = ListTarget({PATH: MAKES})
    run = run_probe(
        IN_LIST, LIST, subject, lambda request: answer if UNKNOWN_PARAMETER in request.target else shelf(request)
    )
    assert run.violated_requirements() == {"FLT-07"}


def test_an_unknown_parameter_that_changes_a_resource_is_found(subject):
    shelf = ListTarget({PATH: MAKES})
    changed_make = make_response({**MAKES[0], "name": "Other"})
    run = run_probe(
        ELSEWHERE,
        ITEM,
        subject,
        lambda request: changed_make if UNKNOWN_PARAMETER in request.target else shelf(request),
    )
    assert run.violated_requirements() == {"FLT-07"}


def test_values_that_change_by_themselves_are_no_violation(subject):
    count = iter(range(9))
    shelf = ListTarget({PATH: MAKES})

    def count_requests(request):
        return shelf(request) if request.target == PATH else make_response({**MAKES[0], "count": next(count)})

    run = run_probe(ELSEWHERE, ITEM, subject, count_requests)
    assert run.violated_requirements() == set()
    assert [notice.topic for notice in run.notices] == ["volatile-field"]


def test_an_order_that_differs_each_time_is_a_violation(subject):
    orders = itertools.cycle([MAKES, MAKES[::-1], [*MAKES[2:], *MAKES[:2]]])
    run = run_probe(IN_LIST, LIST, subject, lambda request: make_response(next(orders)))
    assert "PAG-09" in run.violated_requirements()


def test_an_order_that_changed_once_is_not_accused(subject):
    orders = itertools.chain([MAKES], itertools.repeat([*MAKES[2:], *MAKES[:2]]))
    run = run_probe(IN_LIST, LIST, subject, lambda request: make_response(next(orders)))
    assert not run.violated_requirements()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("PAG-09")


def test_added_and_removed_items_do_not_change_the_order(subject):
    lists = itertools.chain([MAKES[:3]], itertools.repeat(MAKES[1:]))
    run = run_probe(IN_LIST, LIST, subject, lambda request: make_response(next(lists)))
    assert run.violated_requirements() == set()
    assert "PAG-09" in run.passed_requirements()


def test_a_refusal_of_everything_is_not_observable(subject):
    shelf = ListTarget({PATH: MAKES})
    run = run_probe(
        ELSEWHERE,
        ITEM,
        subject,
        lambda request: make_problem(400) if MAKES[0]["id"] in request.target else shelf(request),
    )
    assert run.verdicts_on("FLT-07") == {Verdict.NOT_OBSERVABLE}
