"""The behaviour of jsonschema-rs on which the harness relies."""

import jsonschema_rs
import pytest
from jsonschema_rs import Draft202012Validator, ValidationErrorKind

DOCUMENT = {
    "schemas": {
        "Node": {
            "type": "object",
            "required": ["name", "next"],
            "properties": {
                "name": {"type": "string"},
                "next": {"oneOf": [{"type": "null"}, {"$ref": "#/schemas/Node"}, {"type": "string"}]},
                "a/{b}~c": {"anyOf": [{"type": "integer"}, {"const": "x"}]},
            },
        }
    },
    "paths": {"/{id}": {"schema": {"$ref": "#/schemas/Node", "maxProperties": 3}}},
}


def validator(reference, **options):
    registry = jsonschema_rs.Registry([("urn:d", DOCUMENT)], draft=jsonschema_rs.Draft202012)
    return Draft202012Validator({"$ref": reference}, registry=registry, offline=True, **options)


def errors(schema, instance, **options):
    return list(Draft202012Validator(schema, validate_formats=True, **options).iter_errors(instance))


def test_a_document_that_is_no_schema_serves_as_registry_and_its_own_references_resolve():
    assert validator("urn:d#/schemas/Node").is_valid({"name": "a", "next": {"name": "b", "next": None}})
    assert not validator("urn:d#/schemas/Node").is_valid({"name": "a", "next": {"name": "b", "next": 1}})


def test_pointers_in_references_must_be_percent_encoded():
    assert validator("urn:d#/paths/~1%7Bid%7D/schema").is_valid({"name": "", "next": None})
    with pytest.raises(jsonschema_rs.ValidationError, match="Invalid URI reference"):
        validator("urn:d#/paths/~1{id}/schema")


def test_keywords_beside_a_reference_count():
    body = {"name": "", "next": None, "a": 1, "b": 2}
    assert validator("urn:d#/schemas/Node").is_valid(body)
    assert not validator("urn:d#/paths/~1%7Bid%7D/schema").is_valid(body)


def test_errors_carry_instance_path_kind_and_the_absolute_place_of_the_keyword():
    instance = {"name": "a", "next": None, "a/{b}~c": "y"}
    (error,) = validator("urn:d#/schemas/Node").iter_errors(instance)
    assert error.instance_path == ["a/{b}~c"]
    assert error.instance == "y"
    assert error.kind.name == "anyOf"
    assert error.absolute_keyword_location == "urn:d#/schemas/Node/properties/a~1%7Bb%7D~0c/anyOf"
    assert isinstance(error.kind, ValidationErrorKind.AnyOf)
    assert [[branch_error.kind.name for branch_error in branch] for branch in error.kind.context] == [
        ["type"],
        ["const"],
    ]


def test_errors_of_branches_have_paths_from_the_root():
    (error,) = validator("urn:d#/schemas/Node").iter_errors({"name": "", "next": {"name": 1, "next": None}})
    assert isinstance(error.kind, ValidationErrorKind.OneOfNotValid)
    assert [branch_error.instance_path for branch in error.kind.context for branch_error in branch] == [
        ["next"],
        ["next", "name"],
        ["next"],
    ]


def test_one_of_distinguishes_none_from_several():
    schema = {"oneOf": [{"type": "string"}, {"type": "array"}, {"minItems": 0}]}
    (error,) = errors(schema, [])
    assert isinstance(error.kind, ValidationErrorKind.OneOfMultipleValid)
    assert [bool(branch) for branch in error.kind.context] == [True, False, False]


@pytest.mark.parametrize(
    ("schema", "instance", "name", "value"),
    [
        ({"type": ["string", "null"]}, 1, "type", ["null", "string"]),
        ({"required": ["a"]}, {}, "required", "a"),
        ({"enum": [1, "a"]}, 2, "enum", [1, "a"]),
        ({"const": 1}, 2, "const", 1),
        ({"format": "date"}, "x", "format", "date"),
        ({"pattern": "a+"}, "b", "pattern", "a+"),
        ({"minimum": 1}, 0, "minimum", 1),
        ({"exclusiveMaximum": 1}, 1, "exclusiveMaximum", 1),
        ({"maxLength": 1}, "ab", "maxLength", 1),
        ({"minItems": 1}, [], "minItems", 1),
        ({"multipleOf": 2}, 3, "multipleOf", 2),
        (
            {"properties": {"c": {}}, "additionalProperties": False},
            {"a": 1, "b": 2},
            "additionalProperties",
            ["a", "b"],
        ),
        ({"additionalProperties": False}, {"a": 1}, "falseSchema", None),
        ({"properties": {}, "unevaluatedProperties": False}, {"a": 1}, "unevaluatedProperties", ["a"]),
    ],
)
def test_kinds_name_the_keyword_and_its_value(schema, instance, name, value):
    (error,) = errors(schema, instance)
    assert (error.kind.name, error.kind.value) == (name, value)


def test_each_missing_property_is_an_error_of_its_own():
    assert [error.kind.value for error in errors({"required": ["a", "b"]}, {})] == ["a", "b"]


def test_formats_are_asserted_on_demand_and_unknown_ones_are_annotations():
    assert Draft202012Validator({"format": "date"}).is_valid("x")
    assert errors({"format": "date"}, "x")
    assert not errors({"format": "double"}, "x")


def test_custom_formats_are_called_for_strings_only():
    asked = []
    schema = {"items": {"format": "decimal"}}
    assert not errors(schema, ["1", 2, None, {}], formats={"decimal": lambda value: asked.append(value) or True})
    assert asked == ["1"]


def test_patterns_are_unanchored_and_ascii_as_in_javascript():
    assert not errors({"pattern": "a\\d"}, "xa1x")
    assert errors({"pattern": "^a$"}, "a\n")
    assert errors({"pattern": "\\d"}, "\u0661")


def test_nullable_is_no_keyword():
    assert errors({"type": "string", "nullable": True}, None)


@pytest.mark.parametrize("value", [2**70, -(2**70), 1e300, "\0", "é" * 10_000])
def test_unusual_values_are_validated(value):
    assert Draft202012Validator({"type": ["integer", "number", "string"]}).is_valid(value)


def test_whole_floats_are_integers():
    assert not errors({"type": "integer"}, 1.0)
    assert errors({"type": "integer"}, True)


def test_display_names_in_addresses_are_refused_on_demand():
    strict = jsonschema_rs.EmailOptions(allow_display_text=False)
    assert not errors({"format": "email"}, "A <a@b.example>")
    assert errors({"format": "email"}, "A <a@b.example>", email_options=strict)


def test_lone_surrogates_are_refused():
    with pytest.raises(UnicodeEncodeError):
        Draft202012Validator({"type": "string"}).is_valid("\ud800")
