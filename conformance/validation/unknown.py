"""Fields of an instance: which the schema declares, and which no applicable part of it does.

JSON Schema's `unevaluatedProperties` tells the same of valid instances only: one wrong field would make every field
beside it unknown. This walk stays calm on invalid bodies: where no branch matches, each counts.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from conformance.description import pointers
from conformance.validation import fragments

_CONDITIONAL = ("if", "then", "else")  # read without asking whether the condition holds: lenient, never a false alarm


Place = tuple[Any, ...]
"""The way to a value: that of its parent, then its own name or index; empty for the whole."""


class FieldUse(NamedTuple):
    """What a walk found: JSON pointers of unknown fields, and the pointers of the property schemas in use."""

    unknown: tuple[str, ...]
    seen: frozenset[str]


class _Shape:
    """What schemas that judge the same instance say of its members, `$ref`, `allOf` and conditions followed."""

    __slots__ = ("additional", "choices", "items", "open", "patterns", "prefix", "properties")

    def __init__(self) -> None:
        self.properties: dict[str, tuple[str, ...]] = {}
        self.patterns: list[tuple[re.Pattern[str], str]] = []
        self.additional: tuple[str, ...] = ()
        self.items: tuple[str, ...] = ()
        self.prefix: list[str] = []
        self.choices: list[list[str]] = []  # the branches of each oneOf or anyOf
        self.open = False

    @property
    def closed(self) -> bool:
        """Whether a property that is not declared is unknown."""
        return bool(self.properties or self.patterns) and not self.open

    def declarations(self, name: str) -> tuple[str, ...]:
        """Pointers of the schemas that a property is declared by."""
        return self.properties.get(name) or tuple(found for rule, found in self.patterns if rule.search(name))


class Fields:
    """Walks instances along their schemas.

    `resolve` gives the schema of a pointer with its leading `#`; `matches` tells whether an instance is valid by one.
    """

    def __init__(self, resolve: Callable[[str], Any], matches: Callable[[str, Any], bool]) -> None:
        self._resolve = resolve
        self._matches = matches
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def use(self, schema: str, instance: Any) -> FieldUse:
        """Which fields of the instance are declared by the schema at a pointer, and which are not."""
        unknown: list[str] = []
        seen: set[str] = set()
        waiting: list[tuple[tuple[str, ...], Any, Place]] = [((schema,), instance, ())]
        while waiting:
            schemas, value, at = waiting.pop()
            shape = self._shape_for(schemas, value)
            if isinstance(value, dict):
                for name, member in value.items():
                    declared = shape.declarations(name)
                    seen.update(declared)
                    if not declared and shape.closed:
                        unknown.append(_pointer((at, name)))
                    below = declared or shape.additional
                    if below and isinstance(member, dict | list):
                        waiting.append((below, member, (at, name)))
            elif isinstance(value, list):
                for index, member in enumerate(value):
                    if isinstance(member, dict | list) and (
                        below := tuple(shape.prefix[index : index + 1]) or shape.items
                    ):
                        waiting.append((below, member, (at, index)))
        return FieldUse(tuple(unknown), frozenset(seen))

    def _shape_for(self, schemas: tuple[str, ...], instance: Any) -> _Shape:
        """What the schemas and those of their branches that an instance matches say of its members."""
        shape = self._shape(schemas)
        return self._shape(tuple(self._applicable(schemas, instance))) if shape.choices else shape

    def _applicable(self, schemas: tuple[str, ...], instance: Any) -> Iterator[str]:
        """The schemas and those of their branches that the instance matches; all branches where it matches none."""
        for schema in schemas:
            yield schema
            for branches in self._shape((schema,)).choices:
                chosen = [branch for branch in branches if self._matches(branch, instance)]
                yield from self._applicable(tuple(chosen or branches), instance)

    def _shape(self, schemas: tuple[str, ...]) -> _Shape:
        if schemas not in self._shapes:
            shape = _Shape()
            gathered: set[str] = set()
            for schema in schemas:
                self._gather(schema, shape, gathered)
            self._shapes[schemas] = shape
        return self._shapes[schemas]

    def _gather(self, pointer: str, shape: _Shape, gathered: set[str]) -> None:
        schema = self._resolve(pointer)
        if pointer in gathered or not isinstance(schema, Mapping):
            return
        gathered.add(pointer)
        for each in _in_place(pointer, schema):
            self._gather(each, shape, gathered)
        _declare(pointer, schema, shape)


def _pointer(at: Place) -> str:
    """The JSON pointer of a place: written out for what is unknown alone, since most bodies have nothing of it."""
    return pointers.join(_pointer(at[0]), at[1]) if at else ""


def _in_place(pointer: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Pointers of the subschemas that judge the same instance whatever it is."""
    if isinstance(schema.get("$ref"), str):
        yield fragments.decoded(schema["$ref"])
    yield from (pointers.join(pointer, "allOf", index) for index in range(len(schema.get("allOf", ()))))
    yield from (pointers.join(pointer, keyword) for keyword in _CONDITIONAL if keyword in schema)
    yield from (pointers.join(pointer, "dependentSchemas", name) for name in schema.get("dependentSchemas", ()))


def _declare(pointer: str, schema: Mapping[str, Any], shape: _Shape) -> None:
    for name in schema.get("properties", ()):
        shape.properties[name] = (*shape.properties.get(name, ()), pointers.join(pointer, "properties", name))
    for pattern in schema.get("patternProperties", ()):
        shape.patterns.append((re.compile(pattern), pointers.join(pointer, "patternProperties", pattern)))
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if schema.get(keyword, False) is not False:
            shape.open = True
            shape.additional += (pointers.join(pointer, keyword),)
    if "items" in schema:
        shape.items += (pointers.join(pointer, "items"),)
    shape.prefix += (
        pointers.join(pointer, "prefixItems", index) for index in range(len(schema.get("prefixItems", ())))
    )
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            shape.choices.append([pointers.join(pointer, keyword, index) for index in range(len(schema[keyword]))])
