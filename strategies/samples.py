"""One complete valid instance of a schema, always the same; defects are put into it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET

from conformance.description import Description
from conformance.validation import SchemaValidators
from strategies.geometries import find_geometry_type, make_geometry
from strategies.ids import EARLIEST, encode_ulid
from strategies.instances import Known
from strategies.links import build_link_shapes
from strategies.schemas import Schema, drop_expanded, find_prefix, flatten_schema, list_branches, list_types

_DEEPEST = 6  # levels below which no optional property is made, so that recursion ends
_ULID = encode_ulid(round(EARLIEST.timestamp() * 1000) << 80)
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "date-time": "2026-01-01T00:00:00Z",
        "date": "2026-01-01",
        "uri": "https://example.com/a",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "email": "someone@example.com",
        "decimal": "1.50",
    }
)
_GUESSES = ("GB", "51.5,-0.1", "a", "A", "0", "+441234567890", "#000000")


def sample(
    validators: SchemaValidators, pointer: str, *, known: Known | None = None, writing: bool = False, resource: str = ""
) -> Any | None:
    """Return a valid instance of the schema at a pointer with every property it can have, or None if none is found.

    The options are those of `instances`; the first known value of a name is used.

    >>> from conformance.description import load_description
    >>> validators = SchemaValidators(load_description())
    >>> sample(validators, "#/components/schemas/Vehicle", known={"description": ["my car"]})["description"]
    'my car'
    """
    instance = _Sampler(validators.description, known or {}, resource, writing=writing).value({"$ref": pointer})
    active_validators = validators.request_validators if writing else validators
    return instance if instance is not UNSET and active_validators.is_valid(pointer, instance) else None


class _Sampler:
    """A maker of the first value of each kind; UNSET if it knows none."""

    def __init__(self, description: Description, known: Known, resource: str, *, writing: bool) -> None:
        self._description = description
        self._links = build_link_shapes(description, resource)
        self._known = known
        self._writing = writing

    def value(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """Return the value of a schema at a property of that name, `depth` levels deep."""
        schema = flatten_schema(self._description, schema)
        candidates = [
            *self._known.get(name, ()),
            *schema.get("enum", ()),
            *([schema["const"]] if "const" in schema else ()),
        ]
        if candidates:
            return next((candidate for candidate in candidates if candidate is not None), None)
        forms = drop_expanded(self._description, list_branches(self._description, schema))
        if forms != [schema]:
            chosen = next((form for form in forms if list_types(form) != ("null",)), {"type": "null"})
            return self.value(chosen, name, depth)
        kind = next((type_name for type_name in list_types(schema) if type_name != "null"), "null")
        if kind == "object":
            return self._make_object(schema, depth)
        if kind == "array":
            return self._make_array(schema, name, depth)
        if schema.get("format") == "uri" and name in self._links:
            prefix, shape = self._links[name]
            return shape.format(prefix + _ULID)
        return _make_scalar(kind, schema)

    def _make_object(self, schema: Schema, depth: int) -> Any:
        """Return an object, or UNSET if a required property has no value."""
        if geometry := find_geometry_type(self._description, schema):
            return make_geometry(geometry)
        members = {}
        for name, member in schema["properties"].items():
            is_required = name in schema["required"]
            is_hidden = self._writing and flatten_schema(self._description, member).get("readOnly")
            if is_hidden or (depth > _DEEPEST and not is_required):
                continue
            value = self.value(member, name, depth + 1) if depth <= 2 * _DEEPEST else UNSET
            if value is not UNSET:
                members[name] = value
            elif is_required:
                return UNSET
        return members

    def _make_array(self, schema: Schema, name: str, depth: int) -> Any:
        """Return an array of equal items, as short as allowed but not empty."""
        item = self.value(schema.get("items", {}), name, depth + 1)
        count = max(schema.get("minItems", 0), 1)
        return [] if item is UNSET else [item] * count


def _make_scalar(kind: str, schema: Schema) -> Any:
    """Return a value of a scalar type."""
    match kind:
        case "boolean":
            return True
        case "integer" | "number":
            minimum = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            return max(minimum, min(1, schema.get("maximum", 1)))
        case "string":
            return _make_string(schema)
        case _:
            return None


def _make_string(schema: Schema) -> Any:
    """Return a string by pattern, format or length; UNSET if no candidate matches the pattern."""
    if "pattern" in schema:
        prefix = find_prefix(schema["pattern"])
        return prefix + _ULID if prefix else _find_example(schema)
    text = _FORMATS.get(schema.get("format", ""), "a sample")
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "x")


def _find_example(schema: Schema) -> Any:
    """Return a string that matches a pattern: an example of the description, else a guess; UNSET if none does."""
    examples = [*schema.get("examples", ()), *([schema["example"]] if "example" in schema else ())]
    candidates = (*examples, *_GUESSES)
    pattern = re.compile(schema["pattern"])
    return next(
        (candidate for candidate in candidates if isinstance(candidate, str) and pattern.search(candidate)), UNSET
    )
