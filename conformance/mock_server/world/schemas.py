"""Values grown from JSON Schema: valid by construction, plausible by name, different from one record to the next.

A schema is compiled once into a maker, which keeps count of what it made: enums go round, every fifth value that may
be null is null. Nothing here knows links; a `Seedling` answers for the properties that hold one.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import jsonschema_rs

from conformance.description import Description
from conformance.mock_server import clock
from conformance.mock_server.world import words
from conformance.mock_server.world.store import absolute
from conformance.mock_server.world.ulid import ulid

ABSENT: Any = object()  # the property is left out
UNKNOWN: Any = object()  # not a link: grow it from the schema
_ANYWHERE = "https://api.example.com"
_EVERY = 5
_NULL_AT = 3
_DEPTH = 12


@dataclass(slots=True)
class Seedling:
    """What a maker may know of the record that it grows: chance, its moment and place, and its links by path."""

    rng: random.Random
    moment: int
    now: int
    ordinal: int
    link: Callable[[str], Any]


Maker = Callable[[Seedling], Any]

# How long after a record's own moment a time of that name lies, in minutes: the first match counts.
_LATER: tuple[tuple[str, int], ...] = (
    (r"^(expires_at|contract_end|valid_until)", 60 * 24 * 400),
    (r"^(end|ended_at|end_time|period_end|finished_at|ready_by_time)$", 95),
    (r"^resolved_at", 180),
    (r"^(ticket_updated_at|updated_at|last_updated_at|last_used_at|verified_at|read_at)$", 240),
    (r"^(logged_at|dispatched_at)$", 0),
)


def delay(name: str) -> int:
    """How much later than its record's own moment the time lies that a property of that name holds."""
    return next((minutes for pattern, minutes in _LATER if re.search(pattern, name)), 0) * clock.MINUTE


class Nursery:
    """Compiles schemas of one description into makers."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._flat: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def flat(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema with `$ref` and `allOf` folded into one object; `oneOf` and `anyOf` stay."""
        if not schema:
            return {}
        known = self._flat.get(id(schema))
        if known is None:  # the schema is kept too: an id must not come to name another one
            known = self._flat[id(schema)] = (schema, self._fold(schema))
        return known[1]

    def _fold(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        parts = [self._description.resolve(schema["$ref"])] if "$ref" in schema else []
        merged: dict[str, Any] = {"properties": {}, "required": []}
        for part in [*parts, *schema.get("allOf", ())]:
            _merge(merged, self.flat(part))
        _merge(merged, {k: v for k, v in schema.items() if k not in {"$ref", "allOf"}})
        return {k: v for k, v in merged.items() if v or k not in {"properties", "required"}}

    def maker(self, schema: Mapping[str, Any], path: str = "", depth: int = 0) -> Maker:
        """How to grow an instance of the schema that stands at that path of its record."""
        flat = self.flat(schema)
        grown = self._plain(flat, path, depth)
        if _nullable(flat, self.flat):
            grown = _sometimes_null(grown)
        if "dependentSchemas" in flat or "if" in flat:
            grown = self._checked(schema, grown, self._sparse(flat))
        return grown

    def _plain(self, flat: dict[str, Any], path: str, depth: int) -> Maker:  # noqa: PLR0911
        name = path.removesuffix("[]").rpartition(".")[2]
        if values := [
            each for each in flat.get("enum", [flat["const"]] if "const" in flat else []) if each is not None
        ]:
            return _cycle(values)
        if not flat.get("properties") and (branches := flat.get("oneOf") or flat.get("anyOf")):
            options = [each for each in map(self.flat, branches) if each.get("type") != "null"]
            return self.maker(max(options, key=_richness), path, depth) if options else lambda _s: None
        kind = _kind(flat)
        if depth > _DEPTH or kind == "null":
            return lambda _s: None
        if kind == "object":
            return self._object(flat, path, depth)
        if kind == "array":
            return self._array(flat, path, depth)
        if kind == "boolean":
            return _cycle([True, False])
        return _string(flat, name) if kind == "string" else _numeric(flat, name, kind)

    def _object(self, flat: dict[str, Any], path: str, depth: int) -> Maker:
        properties = flat.get("properties", {})
        if {"type", "coordinates"} <= set(properties) and (shape := _geometry(self.flat(properties["type"]))):
            return shape
        if not properties:
            return self._map(flat, path, depth)
        prefix = f"{path}." if path else ""
        makers: dict[str, Maker] = {}

        def grow(seedling: Seedling) -> dict[str, Any]:
            made: dict[str, Any] = {}
            for key, sub in properties.items():
                value = seedling.link(prefix + key)
                if value is UNKNOWN:
                    if key not in makers:  # compiled when first needed: schemas of linked things never are
                        makers[key] = self.maker(sub, prefix + key, depth + 1)
                    value = makers[key](seedling)
                if value is not ABSENT:
                    made[key] = value
            return made

        return grow

    def _map(self, flat: dict[str, Any], path: str, depth: int) -> Maker:
        extra = flat.get("additionalProperties", True)
        if not isinstance(extra, Mapping) or not extra:
            return lambda s: {"note": f"value {s.ordinal}"} if extra else {}
        value = self.maker(extra, f"{path}.value", depth + 1)
        return lambda s: {key: value(s) for key in ("data", "schedule", "energy")}

    def _array(self, flat: dict[str, Any], path: str, depth: int) -> Maker:
        item = self.maker(flat.get("items", {}), f"{path}[]", depth + 1)
        low, high = max(flat.get("minItems", 1), 1), flat.get("maxItems", 3)
        counter = count()

        def grow(seedling: Seedling) -> list[Any]:
            wanted = min(high, low + next(counter) % 2)
            made = [item(seedling) for _ in range(wanted)]
            return made if all(isinstance(each, dict) for each in made) else list(dict.fromkeys(made))

        return grow

    def _sparse(self, flat: dict[str, Any]) -> Maker:
        """Everything that may be null is; what may not and need not be there is left out."""
        properties = {name: self.flat(sub) for name, sub in flat["properties"].items()}
        nulls = [name for name, sub in properties.items() if _nullable(sub, self.flat) and "enum" not in sub]
        return lambda s: {name: None for name in nulls if s.link(name) is not ABSENT}

    def _checked(self, schema: Mapping[str, Any], full: Maker, sparse: Maker) -> Maker:
        """For schemas whose parts depend on each other: the first of a few candidates that is valid."""
        document = {"components": self._description.document.get("components", {}), "allOf": [dict(schema)]}
        validator = jsonschema_rs.Draft202012Validator(document)
        counter = count()

        def grow(seedling: Seedling) -> Any:
            first = (sparse,) if next(counter) % _EVERY == _NULL_AT else ()
            candidates = (maker(seedling) for maker in (*first, *[full] * _EVERY, sparse))
            return next((each for each in candidates if validator.is_valid(absolute(each, _ANYWHERE))), {})

        return grow


def _merge(into: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if key == "properties":
            into["properties"] = {**into["properties"], **value}
        elif key == "required":
            into["required"] = [*into["required"], *value]
        else:
            into[key] = value


def _kind(flat: Mapping[str, Any]) -> str:
    declared = flat.get("type", "object" if flat.get("properties") else "array" if "items" in flat else "string")
    kinds = [declared] if isinstance(declared, str) else [each for each in declared if each != "null"]
    return kinds[0] if kinds else "null"


def _nullable(flat: Mapping[str, Any], deep: Callable[[Mapping[str, Any]], dict[str, Any]]) -> bool:
    if "enum" in flat and None not in flat["enum"]:
        return False
    declared = flat.get("type")
    if declared is not None:
        return declared == "null" or (isinstance(declared, list) and "null" in declared)
    branches = flat.get("oneOf") or flat.get("anyOf") or ()
    return any(_nullable(deep(each), deep) for each in branches) or ("enum" in flat and not branches)


def _richness(flat: Mapping[str, Any]) -> int:
    return len(flat.get("properties", ())) + 2 * ("items" in flat)


def _sometimes_null(maker: Maker) -> Maker:
    counter = count()
    return lambda seedling: None if next(counter) % _EVERY == _NULL_AT else maker(seedling)


def _cycle(values: list[Any]) -> Maker:
    counter = count()
    return lambda _s: values[next(counter) % len(values)]


def _geometry(kind: Mapping[str, Any]) -> Maker | None:
    """A square for a GeoJSON polygon (RFC 7946, section 3.1.6), closed and counter-clockwise."""
    names = kind.get("enum", ())

    def square(seedling: Seedling) -> list[list[list[float]]]:
        west, south = -5.0 + seedling.ordinal % 7, 50.0 + seedling.ordinal % 5
        return [[[west, south], [west + 0.5, south], [west + 0.5, south + 0.5], [west, south + 0.5], [west, south]]]

    if "Polygon" in names:
        return lambda s: {"type": "Polygon", "coordinates": square(s)}
    return (lambda s: {"type": "MultiPolygon", "coordinates": [square(s)]}) if "MultiPolygon" in names else None


def _string(flat: Mapping[str, Any], name: str) -> Maker:
    form = flat.get("format", "")
    pattern = flat.get("pattern", "")
    if form in {"date-time", "date"}:
        later, length = delay(name), 10 if form == "date" else None
        return lambda s: clock.render(s.moment + later)[:length]
    if prefix := re.match(r"\W*([a-z]{4})\[", pattern):
        return lambda s: prefix[1] + ulid(s.moment // clock.MILLISECOND, s.rng)
    counter = count()
    if form == "uri":
        return lambda _s: f"https://assets.example.com/{name}/{next(counter) + 1}"
    draw = words.uuid if form == "uuid" else words.drawer("price" if form == "decimal" else name, "string")
    longest = flat.get("maxLength", 1 << 20)

    def grow(seedling: Seedling) -> str:
        text = str(draw(seedling.rng, next(counter)))[:longest].ljust(flat.get("minLength", 0), "x")
        return text if not pattern or re.search(pattern, text) else str(_example(flat, text))

    return grow


def _example(flat: Mapping[str, Any], fallback: str) -> Any:
    return flat["example"] if "example" in flat else next(iter(flat.get("examples", ())), fallback)


def _numeric(flat: Mapping[str, Any], name: str, kind: str) -> Maker:
    low, high = flat.get("minimum"), flat.get("maximum")
    draw = words.drawer(name, kind)
    counter = count()

    def grow(seedling: Seedling) -> Any:
        value: Any = draw(seedling.rng, next(counter))
        if low is not None and high is not None and not low <= value <= high:
            return low + value % (high - low + (kind == "integer"))
        return max(value, low) if low is not None else value

    return grow
