"""Schema errors: the one error that explains a failure, at its exact place."""

import pytest

from conformance.description import Description
from conformance.validation import SchemaValidators
from conformance.validation.errors import MAX_ERRORS

CHARGER = "#/components/schemas/Charger"
MODEL = "https://api.example/v2/models/m"


def find_errors(validators, instance, schema=CHARGER):
    return [(e.pointer, e.keyword, e.expected, e.actual) for e in validators.validate_instance(schema, instance)]


def test_a_valid_instance_has_no_errors(validators, charger):
    assert validators.validate_instance(CHARGER, charger | {"model": MODEL, "sessions": [MODEL], "state": None}) == ()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("power", "x", ("/power", "type", "integer", '"x"')),
        ("power", 23, ("/power", "maximum", "at most 22", "23")),
        ("power", True, ("/power", "type", "integer", "true")),
        ("nickname", "abcdef", ("/nickname", "maxLength", "at most 5 characters", '"abcdef"')),
        ("price", "1,5", ("/price", "format", "format decimal", '"1,5"')),
        ("url", "/relative", ("/url", "format", "format uri", '"/relative"')),
        ("id", "evse1", ("/id", "pattern", "a match of evse[A-Z\\d]{26}", '"evse1"')),
        ("legacy", None, ("/legacy", "type", "string", "null")),
        ("closed", {"b/~": 1}, ("/closed/b~1~0", "additionalProperties", "no property b/~", "present")),
    ],
)
def test_each_keyword_gives_pointer_expected_and_actual(validators, charger, field, value, error):
    assert find_errors(validators, charger | {field: value}) == [error]


def test_a_missing_property_is_named_by_its_own_pointer(validators, charger):
    del charger["id"]
    assert find_errors(validators, charger) == [("/id", "required", "property id", "absent")]


def test_nullable_has_no_effect_in_openapi_31_and_a_null_type_has(validators, charger):
    assert validators.validate_instance(CHARGER, charger | {"nickname": None}) == ()
    assert [e.pointer for e in validators.validate_instance(CHARGER, charger | {"legacy": None})] == ["/legacy"]


@pytest.mark.parametrize(
    ("field", "value", "errors"),
    [
        ("model", "not a uri", [("/model", "format", "format uri", '"not a uri"')]),
        ("model", 5, [("/model", "oneOf", "string or object", "5")]),
        ("user", 5, [("/user", "oneOf", "null or string or object", "5")]),
        ("model", {"url": MODEL, "make": {"url": 1}}, [("/model/make/url", "type", "string", "1")]),
        ("model", {}, [("/model/url", "required", "property url", "absent")]),
        ("state", "UP", [("/state", "enum", 'one of ["ON", "OFF"]', '"UP"')]),
        ("sessions", [MODEL, "x y"], [("/sessions/1", "format", "format uri", '"x y"')]),
        ("sessions", [{"url": MODEL, "name": 1}], [("/sessions/0/name", "type", "string", "1")]),
        ("area", {"type": "Point", "coordinates": [[1]]}, [("/area/coordinates/0", "type", "number", "[1]")]),
        ("area", {"type": "Line", "coordinates": [1]}, [("/area/coordinates/0", "type", "array", "1")]),
    ],
)
def test_one_of_errors_come_from_the_closest_branch(validators, charger, field, value, errors):
    assert find_errors(validators, charger | {field: value}) == errors


def test_a_choice_that_matches_twice_is_ambiguous_and_nothing_else_is(validators, charger):
    (error,) = validators.validate_instance(CHARGER, charger | {"sessions": []})
    assert (error.pointer, error.keyword, error.ambiguous) == ("/sessions", "oneOf", True)
    assert "0 and 1" in error.actual
    (error,) = validators.validate_instance(CHARGER, charger | {"sessions": [5]})
    assert not error.ambiguous


def test_a_nested_ambiguity_is_reported(validators, charger, description):
    nested = {"oneOf": [{"type": "string"}, {"$ref": CHARGER}]}
    document = {**description.document, "nested": nested}
    (error,) = SchemaValidators(Description(document, description.model, "", "")).validate_instance(
        "#/nested", charger | {"sessions": []}
    )
    assert (error.pointer, error.ambiguous) == ("/sessions", True)


def test_errors_name_the_keyword_in_the_description(validators, charger):
    (error,) = validators.validate_instance(CHARGER, charger | {"model": {"url": 1}})
    assert error.schema == "#/components/schemas/Model/properties/url/type"


def test_long_values_are_cut(validators, charger):
    (error,) = validators.validate_instance(CHARGER, charger | {"nickname": "x" * 100_000})
    assert len(error.message) < 300


def test_an_error_under_two_schemas_is_reported_once(validators, charger):
    errors = validators.validate_instance("#/components/schemas/ChargerDetail", charger | {"power": "x"})
    assert [e.pointer for e in errors] == ["/power"]


def test_an_unknown_schema_is_a_key_error(validators):
    with pytest.raises(KeyError):
        validators.validate_instance("#/components/schemas/Nobody", {})


@pytest.mark.parametrize("value", ["\ud800", "a\udfff"])
def test_lone_surrogates_count_as_characters(validators, charger, value):
    assert validators.validate_instance(CHARGER, charger | {"nickname": value}) == ()
    assert validators.is_valid(CHARGER, charger | {"nickname": value})
    (error,) = validators.validate_instance(CHARGER, charger | {"nickname": value * 6})
    assert error.keyword == "maxLength"


def test_a_list_with_very_many_errors_shows_the_first_of_them(validators, charger):
    errors = validators.validate_instance(CHARGER, charger | {"sessions": [1] * 200_000})
    assert 0 < len(errors) <= MAX_ERRORS
    assert errors[0].pointer == "/sessions/0"


def test_an_error_behind_many_valid_members_is_found(validators, charger):
    errors = validators.validate_instance(CHARGER, charger | {"sessions": [MODEL] * 5_000 + [1]})
    assert [error.pointer for error in errors] == ["/sessions/5000"]
