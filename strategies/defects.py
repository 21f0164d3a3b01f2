"""Bodies with one defect each, enumerated from the schema: a server must refuse them and name the place."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from hypothesis.errors import InvalidArgument
from msgspec import UNSET

from conformance.description import Description, pointers
from conformance.validation import SchemaValidators
from strategies.schemas import Schema, flatten_schema, list_branches

BAD_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "date-time": "2024-13-45T25:00:00Z",
        "date": "2024-02-30",
        "uri": "not a uri",
        "uuid": "not-a-uuid",
        "email": "not an address",
        "decimal": "one and a half",
    }
)
_WRONG_TYPES = (
    {"wrong": "type"},
    ["wrong type"],
    "wrong type",
)  # the first is an object, which no lenient parser takes for another type
_BAD_PATTERNS = ("", "?", "\u00e9")
_SURPLUS = "no_such_property"


class Defect(msgspec.Struct, frozen=True):
    """A body that is wrong in one place.

    `pointer` (RFC 6901) leads to that place; if a property is missing, to the absent property. `name` is the class:
    `missing-required`, `wrong-type`, `null`, `below-minimum`, `above-maximum`, `too-short`, `too-long`,
    `too-few-items`, `too-many-items`, `repeated-items`, `not-in-enum`, `bad-format`, `bad-pattern`, `not-a-multiple`,
    `surplus-property`.
    """

    name: str
    pointer: str
    body: Any


def defects(validators: SchemaValidators, schema: str, body: Any) -> tuple[Defect, ...]:
    """Return the single defects of a valid body: one of each class at each place, in the order of the schema.

    `schema` is the pointer of the body's schema. Properties that the body does not have get bad values too; read-only
    properties are skipped. The compiled validators reject every defect; a defect that only meets a contradiction in
    the description is left out. Raises InvalidArgument if the body is invalid already.

    In a test of your own::

        for defect in defects(validators, schema_of_webhook(validators, event), payload):
            assert deliver(defect.body).status_code == 400, defect.name
    """
    if not validators.is_valid(schema, body):
        raise InvalidArgument(f"the body must be valid, got: {validators.validate_instance(schema, body)[0]}")
    defects_by_place: dict[tuple[str, str], Defect] = {}
    for name, path, value in _spoil(validators.description, {"$ref": schema}, body, ()):
        pointer = pointers.join("", *path)
        changed = _replace_at(body, path, value)
        if (name, pointer) not in defects_by_place and _is_invalid(validators, schema, changed, name):
            defects_by_place[name, pointer] = Defect(name, pointer, changed)
    return tuple(defects_by_place.values())


def _is_invalid(validators: SchemaValidators, schema: str, body: Any, name: str) -> bool:
    """Return whether a body breaks more of the schema than a contradiction within the description.

    Too many items are never such a contradiction.
    """
    if validators.is_valid(schema, body):
        return False
    return name == "too-many-items" or not all(error.ambiguous for error in validators.validate_instance(schema, body))


_BadPlaces = Iterator[tuple[str, tuple[str | int, ...], Any]]


def _spoil(description: Description, schema: Schema, value: Any, path: tuple[str | int, ...]) -> _BadPlaces:
    """Yield name, path and bad value of each defect at a place and below it; the value UNSET removes a property."""
    forms = list_branches(description, flatten_schema(description, schema))
    for form in forms:
        yield from ((name, path, bad) for name, bad in _iterate_bad_values(form, value))
    for form in forms:
        if isinstance(value, dict):
            yield from _spoil_members(description, form, value, path)
        elif isinstance(value, list) and value and "items" in form:
            yield from _spoil(description, form["items"], value[0], (*path, 0))


def _spoil_members(
    description: Description, form: Schema, value: dict[str, Any], path: tuple[str | int, ...]
) -> _BadPlaces:
    """Yield the defects of an object's members, of its required names, and one surplus property."""
    yield from (("missing-required", (*path, name), UNSET) for name in form["required"] if name in value)
    for name, member in form["properties"].items():
        if not flatten_schema(description, member).get("readOnly"):
            yield from _spoil(description, member, value.get(name, UNSET), (*path, name))
    yield "surplus-property", (*path, _SURPLUS), 1


def _iterate_bad_values(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield values that a flat schema without choices seems to forbid; validation decides."""
    yield from (("wrong-type", wrong) for wrong in _WRONG_TYPES)
    yield "null", None
    if "enum" in schema:
        yield "not-in-enum", "NOT_A_MEMBER" if any(isinstance(member, str) for member in schema["enum"]) else 10**6
    if schema.get("format") in BAD_FORMATS:
        yield "bad-format", BAD_FORMATS[schema["format"]]
    if "pattern" in schema:
        yield from (("bad-pattern", text) for text in _BAD_PATTERNS)
    yield from _iterate_out_of_range(schema)
    yield from _bad_lengths(schema)
    if isinstance(value, list) and value:
        yield from _bad_counts(schema, value)


def _iterate_out_of_range(schema: Schema) -> Iterator[tuple[str, Any]]:
    if "minimum" in schema:
        yield "below-minimum", schema["minimum"] - 1
    if "exclusiveMinimum" in schema:
        yield "below-minimum", schema["exclusiveMinimum"]
    if "maximum" in schema:
        yield "above-maximum", schema["maximum"] + 1
    if "exclusiveMaximum" in schema:
        yield "above-maximum", schema["exclusiveMaximum"]
    if "multipleOf" in schema:
        yield "not-a-multiple", schema.get("minimum", 0) + schema["multipleOf"] / 2


def _bad_lengths(schema: Schema) -> Iterator[tuple[str, Any]]:
    if schema.get("minLength", 0) > 0:
        yield "too-short", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "too-long", "x" * (schema["maxLength"] + 1)


def _bad_counts(schema: Schema, value: list[Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("minItems", 0) > 0:
        yield "too-few-items", value[: schema["minItems"] - 1]
    if "maxItems" in schema:
        yield "too-many-items", (value * (schema["maxItems"] + 1))[: schema["maxItems"] + 1]
    if schema.get("uniqueItems"):
        yield "repeated-items", [*value, value[0]]


def _replace_at(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of the body with another value at a path; UNSET removes the property there."""
    if not path:
        return value
    head, *rest = path
    if isinstance(body, list):
        return [
            _replace_at(member, tuple(rest), value) if index == head else member for index, member in enumerate(body)
        ]
    if not rest and value is UNSET:
        return {key: member for key, member in body.items() if key != head}
    return {**body, head: _replace_at(body.get(head), tuple(rest), value)}
