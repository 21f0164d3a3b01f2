"""Validation of bodies, headers and parameters, found through the operation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Location, Parameter


def test_a_body_is_validated_by_status_and_media_type(validators, list_operation, charger):
    assert validators.validate_response_body(list_operation, 200, "application/json; charset=utf-8", [charger]) == ()
    errors = validators.validate_response_body(
        list_operation, 200, "application/json", [charger, charger | {"power": -1}]
    )
    assert [e.pointer for e in errors or ()] == ["/1/power"]


def test_status_classes_and_media_ranges_are_followed(validators, list_operation):
    errors = validators.validate_response_body(list_operation, 404, "application/problem+json", [])
    assert [e.keyword for e in errors or ()] == ["type"]


@pytest.mark.parametrize(("status", "media"), [(500, "application/json"), (200, "text/csv"), (200, "")])
def test_an_undocumented_body_is_not_validated(validators, list_operation, status, media):
    assert validators.validate_response_body(list_operation, status, media, 5) is None


def test_request_bodies(validators, list_operation, patch_operation, charger):
    assert validators.validate_request_body(patch_operation, "application/json", charger) == ()
    assert [
        e.pointer for e in validators.validate_request_body(patch_operation, "application/json", {"id": "x", "url": 1})
    ] == [
        "/id",
        "/url",
    ]
    assert validators.validate_request_body(list_operation, "application/json", charger) is None
    assert validators.validate_request_body(patch_operation, "text/plain", charger) is None


def test_headers_are_read_as_their_type(validators, list_operation):
    assert validators.validate_response_header(list_operation, 200, "x-ratelimit-limit", "1000") == ()
    for value in ("many", "1.5", "", "１２", "0x10", "1_000", "+1", " 1"):  # noqa: RUF001 - full-width digits are the point
        (error,) = validators.validate_response_header(list_operation, 200, "X-RateLimit-Limit", value)
        assert (error.keyword, error.expected) == ("type", "integer")
    assert validators.validate_response_header(list_operation, 200, "X-Other", "1") is None
    assert validators.validate_response_header(list_operation, 500, "X-RateLimit-Limit", "1") is None


@given(number=st.integers(-(10**30), 10**30))
def test_an_integer_parameter_is_valid_exactly_in_its_range(validators, list_operation, number):
    errors = validators.validate_parameter(list_operation.parameters[0], [str(number)])
    assert bool(errors) is not (1 <= number <= 100)


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ({"location": Location.QUERY}, ["model", "user"]),
        ({"location": Location.QUERY, "style": "form", "explode": False}, ["model,user"]),
        ({"location": Location.QUERY, "style": "pipeDelimited", "explode": False}, ["model|user"]),
        ({"location": Location.QUERY, "style": "spaceDelimited", "explode": False}, ["model user"]),
        ({"location": Location.HEADER, "explode": False}, ["model,user"]),
        ({"location": Location.PATH}, ["model,user"]),
    ],
)
def test_arrays_are_read_by_style(validators, list_operation, form, values):
    parameter = Parameter("expand", schema=list_operation.parameters[1].schema, **form)
    assert validators.validate_parameter(parameter, values) == ()
    assert [
        e.pointer for e in validators.validate_parameter(parameter, [v.replace("user", "owner") for v in values])
    ] == ["/1"]


def test_the_comma_form_is_one_member_of_an_exploded_array(validators, list_operation):
    (error,) = validators.validate_parameter(list_operation.parameters[1], ["model,user"])
    assert (error.pointer, error.keyword) == ("/0", "enum")


def test_a_value_of_several_types_needs_to_fit_one(validators):
    schema = {"anyOf": [{"type": "integer", "minimum": 10}, {"type": "string", "enum": ["5", "all"]}]}
    parameter = Parameter("n", Location.QUERY, schema=schema)
    assert validators.validate_parameter(parameter, ["5"]) == ()
    assert validators.validate_parameter(parameter, ["12"]) == ()
    assert validators.validate_parameter(parameter, ["7"])


def test_parameters_may_refer_to_components(validators):
    schema = {"type": "array", "items": {"$ref": "#/components/schemas/Charger/properties/power"}}
    parameter = Parameter("power", Location.QUERY, schema=schema)
    assert validators.validate_parameter(parameter, ["0", "22"]) == ()
    assert [e.pointer for e in validators.validate_parameter(parameter, ["0", "23"])] == ["/1"]


@pytest.mark.parametrize(("text", "valid"), [("true", True), ("false", True), ("True", False), ("1", False)])
def test_booleans_are_spelt_as_json_spells_them(validators, text, valid):
    parameter = Parameter("on", Location.QUERY, schema={"type": "boolean"})
    assert (validators.validate_parameter(parameter, [text]) == ()) is valid
