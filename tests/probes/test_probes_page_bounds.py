"""PAG-06, PAG-08 and PAG-10: page sizes, numbers and cursors out of bounds are refused."""

import re
from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.pagination.bounds import PROBES, list_bad_sizes, make_bad_cursors
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

BY_NAME = {probe.name: probe for probe in PROBES}
SIZES, SMALLEST, NUMBERS, CURSORS = (
    BY_NAME[name]
    for name in (
        "invalid-page-sizes",
        "page-size-one",
        "invalid-page-numbers",
        "invalid-cursors",
    )
)
LIST, NUMBERED = "GET /evse_makes", "GET /suppliers"
ITEMS = [{"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}"} for n in range(3)]


def query_of(request):
    return {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}


def strict(request):
    """Refuse every size out of bounds, every cursor, and every page but the first."""
    query = query_of(request)
    size = query.get("page_size", "25")
    if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= 100 or "page_after" in query:
        return make_problem(400)
    return make_problem(404) if query.get("page", "1") != "1" else make_response(ITEMS[: int(size)])


@pytest.mark.parametrize("probe", [SIZES, SMALLEST])
def test_a_server_that_refuses_every_bad_size_passes(subject, probe):
    run = run_probe(probe, LIST, subject, strict)
    assert (run.violated_requirements(), run.passed_requirements()) == (set(), {"PAG-06"})
    assert is_affordable(run, probe, LIST, subject)


def test_a_server_that_takes_any_size_fails(subject):
    assert run_probe(SIZES, LIST, subject, lambda request: make_response([])).violated_requirements() == {"PAG-06"}


def test_the_size_above_the_maximum_is_sent_to_every_list_with_every_seed(subject):
    for seed in range(1, 6):
        run = run_probe(SIZES, LIST, msgspec.structs.replace(subject, seed=seed), strict)
        assert [query_of(request)["page_size"] for request in run.requests].count("101") == 1
        assert {(outcome.tried, outcome.known) for outcome in run.outcomes} == {(1, 5), (2, 5)}


def test_every_bad_size_is_sent_to_some_list(subject):
    lists = [operation for operation in subject.model.operations if SIZES.applies(operation, subject.model)]
    classes = {size_class for operation in lists for size_class, _ in list_bad_sizes(operation, subject)}
    assert classes == {size_class for size_class, _ in list_bad_sizes(lists[0], subject, 4)}
    assert len(classes) == 4


def test_the_smallest_size_must_work_and_hold_one_item(subject):
    def refuse_size(request):
        return make_problem(400) if "page_size" in query_of(request) else strict(request)

    def ignore_size(request):
        answer = strict(request)
        return make_response(ITEMS) if answer.status == 200 else answer

    assert run_probe(SMALLEST, LIST, subject, refuse_size).violated_requirements() == {"PAG-06"}
    closed = run_probe(SMALLEST, LIST, subject, lambda request: make_problem(404))
    assert closed.verdicts_on("PAG-06") == {Verdict.NOT_OBSERVABLE}
    assert run_probe(SMALLEST, LIST, subject, ignore_size).violated_requirements() == {"PAG-06"}
    mock = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, answers_from_examples=True))
    assert run_probe(SMALLEST, LIST, mock, ignore_size).verdicts_on("PAG-06") == {Verdict.NOT_OBSERVABLE}


def test_absent_pages_must_be_refused(subject):
    assert run_probe(NUMBERS, NUMBERED, subject, strict).passed_requirements() == {"PAG-08"}
    assert run_probe(NUMBERS, NUMBERED, subject, lambda request: make_response([])).violated_requirements() == {
        "PAG-08"
    }
    assert run_probe(NUMBERS, NUMBERED, subject, lambda request: make_problem(400)).violated_requirements() == {
        "PAG-08"
    }


def test_foreign_and_malformed_cursors_are_refused(subject):
    assert run_probe(CURSORS, LIST, subject, strict).passed_requirements() == {"PAG-10"}
    assert run_probe(CURSORS, LIST, subject, lambda request: make_response(ITEMS)).violated_requirements() == {"PAG-10"}
    assert run_probe(CURSORS, LIST, subject, lambda request: make_problem(500)).violated_requirements() == {"PAG-10"}


def test_a_refused_identity_makes_cursors_not_observable(subject):
    run = run_probe(CURSORS, LIST, subject, lambda request: make_problem(403))
    assert run.verdicts_on("PAG-10") == {Verdict.NOT_OBSERVABLE}


def test_malformed_cursors_never_match_the_documented_form(subject):
    operation = subject.model.operations_by_key[LIST]
    foreign, odd, others = make_bad_cursors(operation, subject)
    assert len(foreign) == 1
    assert odd
    assert not any(re.fullmatch(r"emak[A-Z0-9]{26}", value, re.ASCII) for _, value in (*odd, *others))


def test_a_nested_list_needs_a_parent(subject):
    key = "GET /vehicles/{vehicle_id}/status_logs"
    assert run_probe(CURSORS, key, subject, ListTarget({"/vehicles": []})).verdicts_on("PAG-10") == {Verdict.NOT_TESTED}
