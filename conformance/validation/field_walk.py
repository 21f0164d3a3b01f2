"""Fields of an instance: those that the schema declares, and those that no applicable part of it declares.

JSON Schema's `unevaluatedProperties` says this of valid instances only: one invalid field would make every field beside
it unknown. This walk works on invalid bodies too: if no branch matches, all branches count.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from conformance.description import pointers
from conformance.validation import fragments

# Followed whether or not the condition holds, so that no declared field is reported as unknown.
_CONDITIONAL = ("if", "then", "else")


InstancePlace = tuple[Any, ...]
"""The place of a value: (place of its parent, name or index), empty for the whole instance."""


class FieldUse(NamedTuple):
    """The result of a walk: JSON pointers of unknown fields, and the pointers of the property schemas in use."""

    unknown: tuple[str, ...]
    seen: frozenset[str]


class _Shape:
    """The declarations of all schemas that apply to an instance; `$ref`, `allOf` and conditions are followed."""

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
    def is_closed(self) -> bool:
        """Return whether a property that is not declared is unknown."""
        return bool(self.properties or self.patterns) and not self.open

    def declarations(self, name: str) -> tuple[str, ...]:
        """Return the pointers of the schemas by which a property is declared."""
        return self.properties.get(name) or tuple(declared for rule, declared in self.patterns if rule.search(name))


class FieldWalker:
    """Walks instances along their schemas.

    `resolve` returns the schema at a pointer with its leading `#`; `matches` returns whether an instance is valid by
    the schema at one.
    """

    def __init__(self, resolve: Callable[[str], Any], matches: Callable[[str, Any], bool]) -> None:
        self._resolve = resolve
        self._matches = matches
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._last: tuple[str, Any, FieldUse] | None = None

    def find_field_use(self, schema: str, instance: Any) -> FieldUse:
        """Return the fields of the instance that the schema at a pointer declares, and those that it does not."""
        last = self._last
        if last is None or last[0] != schema or last[1] is not instance:  # what two requirements need is found once
            last = self._last = (schema, instance, self._walk(schema, instance))
        return last[2]

    def _walk(self, schema: str, instance: Any) -> FieldUse:
        unknown: list[str] = []
        seen: set[str] = set()
        pending: list[tuple[tuple[str, ...], Any, InstancePlace]] = [((schema,), instance, ())]
        while pending:
            schemas, value, place = pending.pop()
            shape = self._find_shape(schemas, value)
            if isinstance(value, dict):
                for name, member in value.items():
                    declared = shape.declarations(name)
                    seen.update(declared)
                    if not declared and shape.is_closed:
                        unknown.append(_format_pointer((place, name)))
                    schema_pointers = declared or shape.additional
                    if schema_pointers and isinstance(member, dict | list):
                        pending.append((schema_pointers, member, (place, name)))
            elif isinstance(value, list):
                for index, member in enumerate(value):
                    if isinstance(member, dict | list) and (
                        schema_pointers := tuple(shape.prefix[index : index + 1]) or shape.items
                    ):
                        pending.append((schema_pointers, member, (place, index)))
        return FieldUse(tuple(unknown), frozenset(seen))

    def _find_shape(self, schemas: tuple[str, ...], instance: Any) -> _Shape:
        """Return the declarations of the schemas and of those of their branches that an instance matches."""
        shape = self._merge_shapes(schemas)
        return self._merge_shapes(tuple(self._list_applicable(schemas, instance))) if shape.choices else shape

    def _list_applicable(self, schemas: tuple[str, ...], instance: Any) -> Iterator[str]:
        """Yield the schemas and those of their branches that the instance matches; all branches if it matches none."""
        for schema in schemas:
            yield schema
            for branches in self._merge_shapes((schema,)).choices:
                chosen = [branch for branch in branches if self._matches(branch, instance)]
                yield from self._list_applicable(tuple(chosen or branches), instance)

    def _merge_shapes(self, schemas: tuple[str, ...]) -> _Shape:
        if schemas not in self._shapes:
            shape = _Shape()
            visited: set[str] = set()
            for schema in schemas:
                self._collect_declarations(schema, shape, visited)
            self._shapes[schemas] = shape
        return self._shapes[schemas]

    def _collect_declarations(self, pointer: str, shape: _Shape, visited: set[str]) -> None:
        schema = self._resolve(pointer)
        if pointer in visited or not isinstance(schema, Mapping):
            return
        visited.add(pointer)
        for subpointer in _list_in_place(pointer, schema):
            self._collect_declarations(subpointer, shape, visited)
        _add_declarations(pointer, schema, shape)


def _format_pointer(at: InstancePlace) -> str:
    """Return the JSON pointer of a place.

    It is written for unknown fields only, since most bodies have none.
    """
    return pointers.join(_format_pointer(at[0]), at[1]) if at else ""


def _list_in_place(pointer: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield pointers of the subschemas that apply to the same instance unconditionally."""
    if isinstance(schema.get("$ref"), str):
        yield fragments.decode_pointer(schema["$ref"])
    yield from (pointers.join(pointer, "allOf", index) for index in range(len(schema.get("allOf", ()))))
    yield from (pointers.join(pointer, keyword) for keyword in _CONDITIONAL if keyword in schema)
    yield from (pointers.join(pointer, "dependentSchemas", name) for name in schema.get("dependentSchemas", ()))


def _add_declarations(pointer: str, schema: Mapping[str, Any], shape: _Shape) -> None:
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
