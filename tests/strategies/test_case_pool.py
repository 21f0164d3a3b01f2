"""The pool of an operation: what adds most comes first, and one seed gives one order."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.adapters import GenerationMode, GenerationPhase
from conformance.model import Keyword, Request
from conformance.validation import validate_request
from conformance.validation.requests import parse_query
from strategies.case_pool import pool_cases
from strategies.keywords import OperationKeywords
from strategies.parameter_defects import enumerate_parameter_defects
from strategies.queries import queries

TICKETS, SUPPLIERS = "GET /support_tickets", "GET /suppliers"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cases")


def find(validators, key):
    return validators.description.model.operations_by_key[key]


def read_keywords(validators, key, target, wrong=()):
    request = Request(key, "GET", target)
    return OperationKeywords(validators.description, find(validators, key)).find_sent(request, wrong)


def test_each_case_is_on_the_wire_what_it_was_meant_to_be(validators, folder):
    operation = find(validators, SUPPLIERS)
    for entry in pool_cases(operation, validators, seed=1, directory=folder):
        errors = validate_request(validators, operation, entry.case.request)
        assert bool(errors) is bool(entry.wrong) is (entry.case.mode is GenerationMode.NEGATIVE)


def test_one_seed_gives_one_order_and_another_seed_other_combinations(validators, folder, tmp_path):
    operation = find(validators, TICKETS)
    first = pool_cases(operation, validators, seed=1, directory=folder)
    assert pool_cases(operation, validators, seed=1, directory=tmp_path) == first
    combined, others = (
        {e.case.request for e in pool if e.case.phase is GenerationPhase.COMBINATION}
        for pool in (first, pool_cases(operation, validators, seed=2, directory=folder))
    )
    assert combined
    assert combined != others


def test_two_invalid_cases_follow_each_valid_one_as_long_as_there_are_any(validators, folder):
    modes = [e.case.mode for e in pool_cases(find(validators, TICKETS), validators, seed=1, directory=folder)][:9]
    assert modes == [GenerationMode.POSITIVE, GenerationMode.NEGATIVE, GenerationMode.NEGATIVE] * 3


def test_first_invalid_cases_break_something_else_each(validators, folder):
    pool = pool_cases(find(validators, TICKETS), validators, seed=1, directory=folder)
    places = [entry.wrong[0] for entry in pool if entry.wrong][:8]
    assert len(set(places)) == len(places)


def test_keywords_of_a_request_are_those_that_its_values_lie_on(validators):
    sent = read_keywords(validators, SUPPLIERS, "/suppliers?page_size=100")
    assert {Keyword("query:page_size", "maximum"), Keyword("query:page_size", "present")} <= sent
    assert Keyword("query:page_size", "minimum") not in sent
    assert read_keywords(validators, SUPPLIERS, "/suppliers?page_size=101") & {
        Keyword("query:page_size", "maximum"),
        Keyword("query:page_size", "above maximum"),
    } == {Keyword("query:page_size", "above maximum")}
    assert Keyword("query:page_size", "absent") in read_keywords(validators, SUPPLIERS, "/suppliers")


def test_parameters_given_together_are_a_keyword_of_their_own(validators):
    sent = read_keywords(validators, TICKETS, "/support_tickets?status=a&priority=b")
    assert Keyword("query:priority", "together", "query:status") in sent
    assert Keyword("query:priority", "together", "query:status") not in read_keywords(
        validators, TICKETS, "/support_tickets?status=a"
    )


def test_defects_of_parameters_are_invalid_but_for_those_that_their_schema_allows(validators):
    operation = find(validators, "GET /charging_sub_sessions")
    *single, twice = enumerate_parameter_defects(validators.description, operation)
    for case in single:
        (place,) = {error.pointer.partition("/")[0] for error in validate_request(validators, operation, case.request)}
        assert place == case.place
    names = [name for name, _ in parse_query(twice.request.target)]
    assert all(names.count(name) == 2 for name in names)


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_drawn_queries_are_valid(validators, data):
    operation = find(validators, data.draw(st.sampled_from((TICKETS, SUPPLIERS, "GET /charging_sub_sessions"))))
    query = data.draw(queries(validators.description, operation))
    for name in {name for name, _ in query}:
        parameter = operation.find_parameter(name)
        assert parameter is not None
        assert not validators.validate_parameter(parameter, [value for key, value in query if key == name])
