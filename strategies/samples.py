"""One complete valid instance of a schema, always the same: the ground that defects are put on."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET

from conformance.description import Description
from conformance.validation import Validators
from strategies.ids import EARLIEST, encoded
from strategies.instances import Known
from strategies.links import link_shapes
from strategies.schemas import Schema, branches, flat, prefix_of, types, unexpanded

_DEEPEST = 6  # levels below which nothing optional is made, so that recursion ends
_ULID = encoded(round(EARLIEST.timestamp() * 1000) << 80)
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
    validators: Validators, pointer: str, *, known: Known | None = None, writing: bool = False, resource: str = ""
) -> Any | None:
    """A valid instance of the schema at a pointer with every property that it can have; None where none is found.

    The options are those of `instances`; of the known values the first is taken.

    >>> sample(validators, schema_of_body(operation), known={"model": [model["url"]]}, writing=True)
    """
    made = _Sampler(validators.description, known or {}, resource, writing=writing).value({"$ref": pointer})
    judges = validators.written if writing else validators
    return made if made is not UNSET and judges.matches(pointer, made) else None


class _Sampler:
    """Makes the first value of each kind; UNSET where it knows none."""

    def __init__(self, description: Description, known: Known, resource: str, *, writing: bool) -> None:
        self._description = description
        self._links = link_shapes(description, resource)
        self._known = known
        self._writing = writing

    def value(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """The value of a schema that stands at a property of that name, so many levels deep."""
        schema = flat(self._description, schema)
        given = [*self._known.get(name, ()), *schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
        if given:
            return next((each for each in given if each is not None), None)
        forms = unexpanded(self._description, branches(self._description, schema))
        if forms != [schema]:
            meant = next((each for each in forms if types(each) != ("null",)), {"type": "null"})
            return self.value(meant, name, depth)
        kind = next((each for each in types(schema) if each != "null"), "null")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if schema.get("format") == "uri" and name in self._links:
            prefix, shape = self._links[name]
            return shape.format(prefix + _ULID)
        return _scalar(kind, schema)

    def _object(self, schema: Schema, depth: int) -> Any:
        made = {}
        for name, each in schema["properties"].items():
            needed = name in schema["required"]
            hidden = self._writing and flat(self._description, each).get("readOnly")
            if hidden or (depth > _DEEPEST and not needed):
                continue
            value = self.value(each, name, depth + 1) if depth <= 2 * _DEEPEST else UNSET
            if value is not UNSET:
                made[name] = value
            elif needed:
                return UNSET
        return made

    def _array(self, schema: Schema, name: str, depth: int) -> Any:
        item = self.value(schema.get("items", {}), name, depth + 1)
        count = max(schema.get("minItems", 0), 1)
        return [] if item is UNSET else [item] * count


def _scalar(kind: str, schema: Schema) -> Any:
    match kind:
        case "boolean":
            return True
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            return max(least, min(1, schema.get("maximum", 1)))
        case "string":
            return _string(schema)
        case _:
            return None


def _string(schema: Schema) -> Any:
    if "pattern" in schema:
        prefix = prefix_of(schema["pattern"])
        return prefix + _ULID if prefix else _example(schema)
    text = _FORMATS.get(schema.get("format", ""), "a sample")
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "x")


def _example(schema: Schema) -> Any:
    """A string that a pattern may match: the description's example, else a guess by its likes."""
    examples = [*schema.get("examples", ()), *([schema["example"]] if "example" in schema else ())]
    candidates = (*examples, *_GUESSES)
    pattern = re.compile(schema["pattern"])
    return next((each for each in candidates if isinstance(each, str) and pattern.search(each)), UNSET)
