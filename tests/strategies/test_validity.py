"""Cases of schemathesis through the one door, and what the oracles make of them."""

import copy
import json
from urllib.parse import parse_qs

import pytest

from conformance.adapters import GenerationMode, GenerationPhase
from conformance.adapters.schemathesis_adapter import SchemathesisAdapter
from conformance.model import Request
from conformance.validation import validate_request
from strategies import validity
from strategies.validity import Validity, judge_request, select_plausible

CHARGER = "evse01HSH04KDEWF6Z4DB2J77J74K5"
MODEL = "https://api.ev.energy/v2/vehicle_models/vmod01KJQXEFCAEH83HWXJHRTZCD0B"


@pytest.fixture(scope="module")
def door(description) -> SchemathesisAdapter:
    return validity.open_door(description)


@pytest.fixture
def operations(description):
    keys = ("GET /evses", "GET /evses/{evse_id}", "POST /vehicles", "PATCH /vehicles/{vehicle_id}")
    return [description.model.operations_by_key[key] for key in keys]


def test_building_a_door_leaves_the_description_as_it_is(description):
    before = copy.deepcopy(description.document)
    validity.open_door(description)
    assert description.document == before


def test_coverage_has_both_modes_and_is_always_the_same(door, operations, description):
    for operation in operations:
        cases = list(door.generate_coverage_cases(operation))
        assert {case.mode for case in cases} == set(GenerationMode)
        assert {case.phase for case in cases} == {GenerationPhase.COVERAGE}
        assert {case.operation for case in cases} == {operation.key}
        assert cases == list(validity.open_door(description).generate_coverage_cases(operation))
        assert len({case.request for case in cases}) == len(cases)


def test_coverage_tells_the_place_of_one_fault_at_a_time(door, operations, validators):
    cases = [case for case in door.generate_coverage_cases(operations[0]) if case.mode is GenerationMode.NEGATIVE]
    sizes = [case for case in cases if case.place == "query:page_size"]
    assert len(sizes) > 3
    for case in sizes:
        assert {error.pointer for error in validate_request(validators, operations[0], case.request)} <= {
            "query:page_size"
        }


@pytest.mark.parametrize("mode", GenerationMode)
def test_fuzzing_depends_on_its_seed_alone(door, operations, mode):
    def drawn(seed):
        return [
            list(door.generate_fuzzing_cases(operation, mode=mode, seed=seed, examples=8))
            for operation in operations[1:3]
        ]

    first = drawn(1)
    assert first == drawn(1)
    assert first != drawn(2)
    assert all(cases and {case.mode for case in cases} == {mode} for cases in first)


def test_no_header_of_the_generator_reaches_the_wire(door, operations):
    names = {
        name.lower()
        for operation in operations
        for case in door.generate_coverage_cases(operation)
        for name, _ in case.request.headers
    }
    assert not {"user-agent", "x-schemathesis-testcaseid", "accept-encoding", "connection"} & names


def test_known_values_take_turns_where_the_case_is_about_something_else(door, operations):
    _, item, create, _ = operations
    known = {"evse_id": [CHARGER, "other"], "model": [MODEL]}
    targets = {
        case.request.target.partition("?")[0]
        for case in door.generate_coverage_cases(item, known=known)
        if case.place != "path:evse_id"
    }
    assert targets == {f"/evses/{CHARGER}", "/evses/other"}
    spoilt = [case for case in door.generate_coverage_cases(item, known=known) if case.place == "path:evse_id"]
    assert spoilt
    assert not any(CHARGER in case.request.target for case in spoilt)
    positive = [
        case for case in door.generate_coverage_cases(create, known=known) if case.mode is GenerationMode.POSITIVE
    ]
    assert positive
    assert {json.loads(case.request.body)["model"] for case in positive} == {MODEL}


def test_plausible_cases_are_what_they_were_meant_to_be(door, operations, validators):
    for operation in operations:
        cases = list(door.generate_coverage_cases(operation))
        kept = list(select_plausible(cases, operation, validators))
        assert len(kept) > len(cases) / 2
        for case in kept:
            assert bool(validate_request(validators, operation, case.request)) is (case.mode is GenerationMode.NEGATIVE)


def test_what_a_query_cannot_express_is_no_fault(validators, operations):
    listing = operations[0]
    assert validate_request(validators, listing, Request(listing.key, "GET", "/evses?cpid=5&unknown=1")) == ()


def test_the_oracles_judge_together(validators, opinion, operations, description):
    listing = operations[0]

    def judge_target(target, operation=listing):
        return judge_request(Request(operation.key, "GET", target), operation, validators, opinion)

    assert judge_target("/evses?page_size=5").validity is Validity.VALID
    assert judge_target("/evses?page_size=101").validity is Validity.INVALID
    assert len(judge_target("/evses?page_size=101").objections) == 2
    empty = judge_target("/inverter_models?make_id=", description.model.operations_by_key["GET /inverter_models"])
    assert empty.validity is Validity.DISPUTED  # openapi-core refuses any empty value


def test_both_oracles_agree_on_nearly_every_case(door, operations, validators, opinion):
    cases = [case for operation in operations[1:] for case in list(door.generate_coverage_cases(operation))[::4]]
    by_key = {operation.key: operation for operation in operations}
    disputed = [
        c
        for c in cases
        if judge_request(c.request, by_key[c.operation], validators, opinion).validity is Validity.DISPUTED
    ]
    assert len(cases) > 30
    assert len(disputed) <= len(cases) / 20


def test_cursors_are_not_made_up(door, operations):
    assert not any("page_after" in case.request.target for case in door.generate_coverage_cases(operations[0]))


@pytest.mark.parametrize("mode", GenerationMode)
def test_webhooks_are_generated_too(door, opinion, mode):
    name = "charging_sub_session.ended"
    cases = list(door.generate_deliveries(name, mode=mode, seed=1, examples=10))
    assert cases
    for case in cases:
        assert case.request.target.startswith(f"/webhooks/{name}")
        refused = bool(opinion.validate_delivery(name, case.request.headers, case.request.body))
        assert not (refused and mode is GenerationMode.POSITIVE)
    if mode is GenerationMode.NEGATIVE:
        assert any(opinion.validate_delivery(name, case.request.headers, case.request.body) for case in cases)


def test_bytes_are_those_that_were_meant(door, operations):
    expanded = [
        parse_qs(case.request.target.partition("?")[2])["expand"]
        for case in door.generate_fuzzing_cases(operations[0], mode=GenerationMode.POSITIVE, seed=3, examples=40)
        if "expand=" in case.request.target
    ]
    assert any(len(values) > 1 for values in expanded)
    assert all("," not in value for values in expanded for value in values)
