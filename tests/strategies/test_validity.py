"""Cases of schemathesis through the one door, and what the oracles make of them."""

import copy
import json
from urllib.parse import parse_qs

import pytest

from conformance.adapters import Mode, Phase
from conformance.adapters.schemathesis_adapter import Door
from conformance.model import Request
from conformance.validation import request_errors
from strategies import validity
from strategies.validity import Validity, judgement, plausible

CHARGER = "evse01HSH04KDEWF6Z4DB2J77J74K5"
MODEL = "https://api.ev.energy/v2/vehicle_models/vmod01KJQXEFCAEH83HWXJHRTZCD0B"


@pytest.fixture(scope="module")
def door(description) -> Door:
    return validity.door(description)


@pytest.fixture
def operations(description):
    keys = ("GET /evses", "GET /evses/{evse_id}", "POST /vehicles", "PATCH /vehicles/{vehicle_id}")
    return [description.model.by_key[key] for key in keys]


def test_building_a_door_leaves_the_description_as_it_is(description):
    before = copy.deepcopy(description.document)
    validity.door(description)
    assert description.document == before


def test_coverage_has_both_modes_and_is_always_the_same(door, operations, description):
    for operation in operations:
        cases = list(door.coverage(operation))
        assert {case.mode for case in cases} == set(Mode)
        assert {case.phase for case in cases} == {Phase.COVERAGE}
        assert {case.operation for case in cases} == {operation.key}
        assert cases == list(validity.door(description).coverage(operation))
        assert len({case.request for case in cases}) == len(cases)


def test_coverage_tells_the_place_of_one_fault_at_a_time(door, operations, validators):
    cases = [case for case in door.coverage(operations[0]) if case.mode is Mode.NEGATIVE]
    sizes = [case for case in cases if case.place == "query:page_size"]
    assert len(sizes) > 3
    for case in sizes:
        assert {error.pointer for error in request_errors(validators, operations[0], case.request)} <= {
            "query:page_size"
        }


@pytest.mark.parametrize("mode", Mode)
def test_fuzzing_depends_on_its_seed_alone(door, operations, mode):
    def drawn(seed):
        return [list(door.fuzzing(operation, mode=mode, seed=seed, examples=8)) for operation in operations[1:3]]

    first = drawn(1)
    assert first == drawn(1)
    assert first != drawn(2)
    assert all(cases and {case.mode for case in cases} == {mode} for cases in first)


def test_no_header_of_the_generator_reaches_the_wire(door, operations):
    names = {
        name.lower()
        for operation in operations
        for case in door.coverage(operation)
        for name, _ in case.request.headers
    }
    assert not {"user-agent", "x-schemathesis-testcaseid", "accept-encoding", "connection"} & names


def test_known_values_take_turns_where_the_case_is_about_something_else(door, operations):
    _, item, create, _ = operations
    known = {"evse_id": [CHARGER, "other"], "model": [MODEL]}
    targets = {
        case.request.target.partition("?")[0]
        for case in door.coverage(item, known=known)
        if case.place != "path:evse_id"
    }
    assert targets == {f"/evses/{CHARGER}", "/evses/other"}
    spoilt = [case for case in door.coverage(item, known=known) if case.place == "path:evse_id"]
    assert spoilt
    assert not any(CHARGER in case.request.target for case in spoilt)
    positive = [case for case in door.coverage(create, known=known) if case.mode is Mode.POSITIVE]
    assert positive
    assert {json.loads(case.request.body)["model"] for case in positive} == {MODEL}


def test_plausible_cases_are_what_they_were_meant_to_be(door, operations, validators):
    for operation in operations:
        cases = list(door.coverage(operation))
        kept = list(plausible(cases, operation, validators))
        assert len(kept) > len(cases) / 2
        for case in kept:
            assert bool(request_errors(validators, operation, case.request)) is (case.mode is Mode.NEGATIVE)


def test_what_a_query_cannot_express_is_no_fault(validators, operations):
    listing = operations[0]
    assert request_errors(validators, listing, Request(listing.key, "GET", "/evses?cpid=5&unknown=1")) == ()


def test_the_oracles_judge_together(validators, opinion, operations, description):
    listing = operations[0]

    def judge_target(target, operation=listing):
        return judgement(Request(operation.key, "GET", target), operation, validators, opinion)

    assert judge_target("/evses?page_size=5").validity is Validity.VALID
    assert judge_target("/evses?page_size=101").validity is Validity.INVALID
    assert len(judge_target("/evses?page_size=101").objections) == 2
    empty = judge_target("/inverter_models?make_id=", description.model.by_key["GET /inverter_models"])
    assert empty.validity is Validity.DISPUTED  # openapi-core refuses any empty value


def test_both_oracles_agree_on_nearly_every_case(door, operations, validators, opinion):
    cases = [case for operation in operations[1:] for case in list(door.coverage(operation))[::4]]
    by_key = {operation.key: operation for operation in operations}
    disputed = [
        c for c in cases if judgement(c.request, by_key[c.operation], validators, opinion).validity is Validity.DISPUTED
    ]
    assert len(cases) > 30
    assert len(disputed) <= len(cases) / 20


def test_cursors_are_not_made_up(door, operations):
    assert not any("page_after" in case.request.target for case in door.coverage(operations[0]))


@pytest.mark.parametrize("mode", Mode)
def test_webhooks_are_generated_too(door, opinion, mode):
    name = "charging_sub_session.ended"
    cases = list(door.webhook(name, mode=mode, seed=1, examples=10))
    assert cases
    for case in cases:
        assert case.request.target.startswith(f"/webhooks/{name}")
        refused = bool(opinion.webhook(name, case.request.headers, case.request.body))
        assert not (refused and mode is Mode.POSITIVE)
    if mode is Mode.NEGATIVE:
        assert any(opinion.webhook(name, case.request.headers, case.request.body) for case in cases)


def test_bytes_are_those_that_were_meant(door, operations):
    expanded = [
        parse_qs(case.request.target.partition("?")[2])["expand"]
        for case in door.fuzzing(operations[0], mode=Mode.POSITIVE, seed=3, examples=40)
        if "expand=" in case.request.target
    ]
    assert any(len(values) > 1 for values in expanded)
    assert all("," not in value for values in expanded for value in values)
