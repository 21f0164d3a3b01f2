"""Bodies with one defect each, enumerated from the schema: what a server must refuse, and where the fault lies."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from hypothesis.errors import InvalidArgument
from msgspec import UNSET

from conformance.description import Description, pointers
from conformance.validation import Validators
from strategies.schemas import Schema, branches, flat

_BAD_FORMATS: Mapping[str, str] = MappingProxyType(
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
)  # the first is what no lenient parser takes for another
_BAD_PATTERNS = ("", "?", "\u00e9")
_SURPLUS = "no_such_property"


class Defect(msgspec.Struct, frozen=True):
    """A body that is wrong in one place. `pointer` (RFC 6901) leads there, to the absent property where one is missing.

    `name` is the class: `missing-required`, `wrong-type`, `null`, `below-minimum`, `above-maximum`, `too-short`,
    `too-long`, `too-few-items`, `too-many-items`, `repeated-items`, `not-in-enum`, `bad-format`, `bad-pattern`,
    `not-a-multiple`, `surplus-property`.
    """

    name: str
    pointer: str
    body: Any


def defects(validators: Validators, schema: str, body: Any) -> tuple[Defect, ...]:
    """Single defects of a valid body by the schema at a pointer: one of each class at each place, in schema order.

    Properties that the body lacks are given bad values too; read-only ones are left alone. Only what the compiled
    validators call invalid is in it, and nothing that merely meets a contradiction of the description. A body that is
    invalid already is refused.

    >>> for defect in defects(validators, schema_of_webhook(validators, event), payload):
    ...     assert deliver(defect.body).status_code == 400, defect.name
    """
    if not validators.matches(schema, body):
        raise InvalidArgument(f"the body is invalid before anything is changed: {validators.schema(schema, body)[0]}")
    found: dict[tuple[str, str], Defect] = {}
    for name, path, value in _spoilt(validators.description, {"$ref": schema}, body, ()):
        pointer = pointers.join("", *path)
        changed = _replaced(body, path, value)
        if (name, pointer) not in found and _is_invalid(validators, schema, changed, name):
            found[name, pointer] = Defect(name, pointer, changed)
    return tuple(found.values())


def _is_invalid(validators: Validators, schema: str, body: Any, name: str) -> bool:
    """Whether more is wrong than that the description contradicts itself, which more of the same never leads to."""
    if validators.matches(schema, body):
        return False
    return name == "too-many-items" or not all(each.ambiguous for each in validators.schema(schema, body))


Spoilt = Iterator[tuple[str, tuple[str | int, ...], Any]]


def _spoilt(description: Description, schema: Schema, value: Any, path: tuple[str | int, ...]) -> Spoilt:
    """Name, path and bad value of each defect at a place and below it; UNSET as value removes."""
    forms = branches(description, flat(description, schema))
    for form in forms:
        yield from ((name, path, bad) for name, bad in _bad_values(form, value))
    for form in forms:
        if isinstance(value, dict):
            yield from _spoilt_members(description, form, value, path)
        elif isinstance(value, list) and value and "items" in form:
            yield from _spoilt(description, form["items"], value[0], (*path, 0))


def _spoilt_members(
    description: Description, form: Schema, value: dict[str, Any], path: tuple[str | int, ...]
) -> Spoilt:
    yield from (("missing-required", (*path, name), UNSET) for name in form["required"] if name in value)
    for name, each in form["properties"].items():
        if not flat(description, each).get("readOnly"):
            yield from _spoilt(description, each, value.get(name, UNSET), (*path, name))
    yield "surplus-property", (*path, _SURPLUS), 1


def _bad_values(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    """Values that one flat schema without choices seems to forbid; validation decides."""
    yield from (("wrong-type", each) for each in _WRONG_TYPES)
    yield "null", None
    if "enum" in schema:
        yield "not-in-enum", "NOT_A_MEMBER" if any(isinstance(each, str) for each in schema["enum"]) else 10**6
    if schema.get("format") in _BAD_FORMATS:
        yield "bad-format", _BAD_FORMATS[schema["format"]]
    if "pattern" in schema:
        yield from (("bad-pattern", each) for each in _BAD_PATTERNS)
    yield from _out_of_range(schema)
    yield from _bad_lengths(schema)
    if isinstance(value, list) and value:
        yield from _bad_counts(schema, value)


def _out_of_range(schema: Schema) -> Iterator[tuple[str, Any]]:
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


def _replaced(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """The body with another value at a path, or without the last property of it; the original stays as it is."""
    if not path:
        return value
    head, *rest = path
    if isinstance(body, list):
        return [_replaced(each, tuple(rest), value) if index == head else each for index, each in enumerate(body)]
    if not rest and value is UNSET:
        return {key: each for key, each in body.items() if key != head}
    return {**body, head: _replaced(body.get(head), tuple(rest), value)}
