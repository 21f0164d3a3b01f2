"""Values grown from JSON Schema: valid by construction, plausible by name, different in each record.

A schema is compiled once into a maker, which counts its values: it cycles through an enum, and every fifth nullable
value is null. This module knows no links; the context of a record provides them.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from conformance.description import Description
from conformance.mock_server import clock
from conformance.mock_server.world import plausible_values
from conformance.mock_server.world.pattern_text import draw_matching_text
from conformance.mock_server.world.store import make_links_absolute
from conformance.mock_server.world.ulid import create_ulid

ABSENT: Any = object()  # the property is left out
UNKNOWN: Any = object()  # not a link: grow it from the schema
_ANYWHERE = "https://api.example.com"
_PERIOD = 5
_NULL_AT = 3
_DEPTH = 12


@dataclass(slots=True)
class RecordContext:
    """The record that a maker grows: its randomness, time, position, and links by path.

    `counts` says how many values each counter has given: those of a world go on from record to record.
    """

    rng: random.Random
    moment: int
    now: int
    ordinal: int
    link: Callable[[str], Any]
    counts: "dict[ValueCounter, int]" = field(default_factory=dict)


class ValueCounter:
    """Counts the values of one maker, for each world apart."""

    def take(self, context: RecordContext) -> int:
        """Return the next number, from 0."""
        number = context.counts.get(self, 0)
        context.counts[self] = number + 1
        return number


ValueMaker = Callable[[RecordContext], Any]

# How long after a record's own moment a time of that name lies, in minutes: the first match counts.
_LATER: tuple[tuple[str, int], ...] = (
    (r"^(expires_at|contract_end|valid_until)", 60 * 24 * 400),
    (r"^(end|ended_at|end_time|period_end|finished_at|ready_by_time)$", 95),
    (r"^resolved_at", 180),
    (r"^(ticket_updated_at|updated_at|last_updated_at|last_used_at|verified_at|read_at)$", 240),
    (r"^(logged_at|dispatched_at)$", 0),
)
_PAST = re.compile(r"^(resolved|ticket_updated|updated|last_updated|last_used|verified|read)_at$")
"""Names of times in the past: for a record that is made now they are not in the future."""


def find_delay(name: str) -> int:
    """Return how much later than its record's time the time in a property of that name lies, in microseconds."""
    return next((minutes for pattern, minutes in _LATER if re.search(pattern, name)), 0) * clock.MINUTE


def _choose_moment(name: str, context: RecordContext) -> int:
    """Return the time in a property of a record, in microseconds since 1970."""
    is_new = context.moment >= context.now
    return context.moment + (0 if is_new and _PAST.match(name) else find_delay(name))


class SchemaCompiler:
    """Compiler of the schemas of one description into makers."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._flat: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def fold_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema with `$ref` and `allOf` folded into one object; `oneOf` and `anyOf` stay."""
        if not schema:
            return {}
        known = self._flat.get(id(schema))
        if known is None:  # the schema is kept too, so that its id is not used again
            known = self._flat[id(schema)] = (schema, self._fold_schema(schema))
        return known[1]

    def _fold_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        parts = [self._description.resolve(schema["$ref"])] if "$ref" in schema else []
        merged: dict[str, Any] = {"properties": {}, "required": []}
        for part in [*parts, *schema.get("allOf", ())]:
            _merge_schema(merged, self.fold_schema(part))
        _merge_schema(merged, {k: v for k, v in schema.items() if k not in {"$ref", "allOf"}})
        return {k: v for k, v in merged.items() if v or k not in {"properties", "required"}}

    def compile_maker(self, schema: Mapping[str, Any], path: str = "", depth: int = 0) -> ValueMaker:
        """Return a function that grows an instance of the schema at that path of its record."""
        flat = self.fold_schema(schema)
        grown = self._compile_plain(flat, path, depth)
        if _is_nullable(flat, self.fold_schema):
            grown = _make_sometimes_null(grown)
        if "dependentSchemas" in flat or "if" in flat:
            grown = self._compile_checked(schema, grown, self._compile_sparse(flat))
        return grown

    def _compile_plain(self, flat: dict[str, Any], path: str, depth: int) -> ValueMaker:  # noqa: PLR0911
        name = path.removesuffix("[]").rpartition(".")[2]
        if values := [
            value for value in flat.get("enum", [flat["const"]] if "const" in flat else []) if value is not None
        ]:
            return _make_cycle(values)
        if not flat.get("properties") and (branches := flat.get("oneOf") or flat.get("anyOf")):
            options = [option for option in map(self.fold_schema, branches) if option.get("type") != "null"]
            return self.compile_maker(max(options, key=_count_parts), path, depth) if options else lambda _s: None
        kind = _json_type(flat)
        if depth > _DEPTH or kind == "null":
            return lambda _s: None
        if kind == "object":
            return self._compile_object(flat, path, depth)
        if kind == "array":
            return self._compile_array(flat, path, depth)
        if kind == "boolean":
            return _make_cycle([True, False])
        return _make_string(flat, name) if kind == "string" else _make_number(flat, name, kind)

    def _compile_object(self, flat: dict[str, Any], path: str, depth: int) -> ValueMaker:
        properties = flat.get("properties", {})
        if {"type", "coordinates"} <= set(properties) and (
            shape := _make_geometry(self.fold_schema(properties["type"]))
        ):
            return shape
        if not properties:
            return self._compile_map(flat, path, depth)
        prefix = f"{path}." if path else ""
        makers: dict[str, ValueMaker] = {}

        def grow(seedling: RecordContext) -> dict[str, Any]:
            made: dict[str, Any] = {}
            for key, sub in properties.items():
                value = seedling.link(prefix + key)
                if value is UNKNOWN:
                    if key not in makers:  # compiled on first use: the schema of a linked record is never used
                        makers[key] = self.compile_maker(sub, prefix + key, depth + 1)
                    value = makers[key](seedling)
                if value is not ABSENT:
                    made[key] = value
            return made

        return grow

    def _compile_map(self, flat: dict[str, Any], path: str, depth: int) -> ValueMaker:
        extra = flat.get("additionalProperties", True)
        if not isinstance(extra, Mapping) or not extra:
            return lambda s: {"note": f"value {s.ordinal}"} if extra else {}
        value = self.compile_maker(extra, f"{path}.value", depth + 1)
        return lambda s: {key: value(s) for key in ("data", "schedule", "energy")}

    def _compile_array(self, flat: dict[str, Any], path: str, depth: int) -> ValueMaker:
        item = self.compile_maker(flat.get("items", {}), f"{path}[]", depth + 1)
        low, high = max(flat.get("minItems", 1), 1), flat.get("maxItems", 3)
        counter = ValueCounter()

        def grow(seedling: RecordContext) -> list[Any]:
            length = min(high, low + counter.take(seedling) % 2)
            made = [item(seedling) for _ in range(length)]
            has_parts = any(isinstance(item, dict | list) for item in made)
            return made if has_parts else list(dict.fromkeys(made))

        return grow

    def _compile_sparse(self, flat: dict[str, Any]) -> ValueMaker:
        """Return a maker that sets every nullable property to null and leaves out what is not required."""
        properties = {name: self.fold_schema(sub) for name, sub in flat["properties"].items()}
        nulls = [name for name, sub in properties.items() if _is_nullable(sub, self.fold_schema) and "enum" not in sub]
        return lambda s: {name: None for name in nulls if s.link(name) is not ABSENT}

    def _compile_checked(self, schema: Mapping[str, Any], full: ValueMaker, sparse: ValueMaker) -> ValueMaker:
        """Return a maker for schemas whose parts depend on each other: it takes the first valid candidate."""
        document = {"components": self._description.document.get("components", {}), "allOf": [dict(schema)]}
        validator = jsonschema_rs.Draft202012Validator(document)
        counter = ValueCounter()

        def grow(seedling: RecordContext) -> Any:
            first = (sparse,) if counter.take(seedling) % _PERIOD == _NULL_AT else ()
            candidates = (maker(seedling) for maker in (*first, *[full] * _PERIOD, sparse))
            return next(
                (
                    candidate
                    for candidate in candidates
                    if validator.is_valid(make_links_absolute(candidate, _ANYWHERE))
                ),
                {},
            )

        return grow


def _merge_schema(into: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if key == "properties":
            into["properties"] = {**into["properties"], **value}
        elif key == "required":
            into["required"] = [*into["required"], *value]
        else:
            into[key] = value


def _json_type(flat: Mapping[str, Any]) -> str:
    declared = flat.get("type", "object" if flat.get("properties") else "array" if "items" in flat else "string")
    kinds = [declared] if isinstance(declared, str) else [name for name in declared if name != "null"]
    return kinds[0] if kinds else "null"


def _is_nullable(flat: Mapping[str, Any], deep: Callable[[Mapping[str, Any]], dict[str, Any]]) -> bool:
    if "enum" in flat and None not in flat["enum"]:
        return False
    declared = flat.get("type")
    if declared is not None:
        return declared == "null" or (isinstance(declared, list) and "null" in declared)
    branches = flat.get("oneOf") or flat.get("anyOf") or ()
    return any(_is_nullable(deep(branch), deep) for branch in branches) or ("enum" in flat and not branches)


def _count_parts(flat: Mapping[str, Any]) -> int:
    return len(flat.get("properties", ())) + 2 * ("items" in flat)


def _make_sometimes_null(maker: ValueMaker) -> ValueMaker:
    counter = ValueCounter()
    return lambda seedling: None if counter.take(seedling) % _PERIOD == _NULL_AT else maker(seedling)


def _make_cycle(values: list[Any]) -> ValueMaker:
    counter = ValueCounter()
    return lambda seedling: values[counter.take(seedling) % len(values)]


def _make_geometry(kind: Mapping[str, Any]) -> ValueMaker | None:
    """Return a maker of a square GeoJSON polygon (RFC 7946, section 3.1.6), closed and counter-clockwise."""
    names = kind.get("enum", ())

    def square(seedling: RecordContext) -> list[list[list[float]]]:
        west, south = -5.0 + seedling.ordinal % 7, 50.0 + seedling.ordinal % 5
        return [[[west, south], [west + 0.5, south], [west + 0.5, south + 0.5], [west, south + 0.5], [west, south]]]

    if "Polygon" in names:
        return lambda s: {"type": "Polygon", "coordinates": square(s)}
    return (lambda s: {"type": "MultiPolygon", "coordinates": [square(s)]}) if "MultiPolygon" in names else None


def _make_string(flat: Mapping[str, Any], name: str) -> ValueMaker:
    form = flat.get("format", "")
    pattern = flat.get("pattern", "")
    if form in {"date-time", "date"}:
        length = 10 if form == "date" else None
        return lambda s: clock.format_time(_choose_moment(name, s))[:length]
    if prefix := re.match(r"\W*([a-z]{4})\[", pattern):
        return lambda s: prefix[1] + create_ulid(s.moment // clock.MILLISECOND, s.rng)
    counter = ValueCounter()
    if form == "uri":
        return lambda seedling: f"https://assets.example.com/{name}/{counter.take(seedling) + 1}"
    draw = (
        plausible_values.draw_uuid
        if form == "uuid"
        else plausible_values.find_drawer("price" if form == "decimal" else name, "string")
    )
    longest = flat.get("maxLength", 1 << 20)

    def grow(seedling: RecordContext) -> str:
        text = str(draw(seedling.rng, counter.take(seedling)))[:longest].ljust(flat.get("minLength", 0), "x")
        if not pattern or re.search(pattern, text):
            return text
        example = str(_pick_example(flat, text))
        return example if re.search(pattern, example) else draw_matching_text(pattern, seedling.rng) or example

    return grow


def _pick_example(flat: Mapping[str, Any], fallback: str) -> Any:
    return flat["example"] if "example" in flat else next(iter(flat.get("examples", ())), fallback)


def _make_number(flat: Mapping[str, Any], name: str, kind: str) -> ValueMaker:
    low, high = flat.get("minimum"), flat.get("maximum")
    draw = plausible_values.find_drawer(name, kind)
    counter = ValueCounter()

    def grow(seedling: RecordContext) -> Any:
        value: Any = draw(seedling.rng, counter.take(seedling))
        if low is not None and high is not None and not low <= value <= high:
            return low + value % (high - low + (kind == "integer"))
        return max(value, low) if low is not None else value

    return grow
