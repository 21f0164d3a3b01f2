"""FLT-06: an order holds beside a filter too."""

from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.probes.filters.ordering import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

(ORDER,) = PROBES
MODELS = "GET /vehicle_models"


def make_model(number, make):
    key = make_id("vmod", number)
    return {
        "id": key, "url": f"{BASE}/vehicle_models/{key}", "name": "ABCDEF"[number],
        "make": f"{BASE}/vehicle_makes/{make_id('vmak', make)}",
    }  # fmt: skip


VEHICLE_MODELS = [make_model(number, int(number > 3)) for number in range(6)]


def serve_models(request, *, turns=lambda query: True):
    """Return the models in the order that is requested, reversed where `turns` allows it."""
    query = parse_qs(urlsplit(request.target).query)
    is_reversed = query.get("ordering", [""])[0].startswith("-") and turns(query)
    selects = {"make_id": lambda item, value: item["make"].endswith(value)}
    return ListTarget({"/vehicle_models": VEHICLE_MODELS[:: -1 if is_reversed else 1]}, selects=selects)(request)


def test_an_order_beside_a_filter_passes(subject):
    run = run_probe(ORDER, MODELS, subject, serve_models)
    assert run.passed_requirements() == {"FLT-06"}
    assert run.violated_requirements() == set()
    assert is_affordable(run, ORDER, MODELS, subject)
    assert any("ordering=-name" in request.target and "make_id" in request.target for request in run.requests)


@pytest.mark.parametrize("forgets", ["make_id", "page_after"])
def test_an_order_that_is_lost_beside_a_parameter_is_a_violation(subject, forgets):
    def respond(request):
        return serve_models(request, turns=lambda query: forgets not in query)

    assert run_probe(ORDER, MODELS, subject, respond).violated_requirements() == {"FLT-06"}


def test_a_combination_that_is_refused_is_not_judged(subject):
    def respond(request):
        is_both = "ordering" in request.target and "make_id" in request.target
        return make_problem(400) if is_both else serve_models(request)

    assert run_probe(ORDER, MODELS, subject, respond).violated_requirements() == set()


def test_a_filter_that_leaves_one_value_is_not_ordered(subject):
    one_each = [make_model(number, number) for number in range(3)]
    run = run_probe(ORDER, MODELS, subject, lambda request: make_response(one_each))
    assert not any("make_id" in request.target for request in run.requests)
