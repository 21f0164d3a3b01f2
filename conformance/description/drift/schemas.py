"""The comparison of two schemas: each keyword that differs, and its effect on the set of valid messages."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description.drift.alternatives import SchemaAlternative, pair_alternatives, split_alternatives
from conformance.description.drift.change import (
    DescriptionChange,
    Direction,
    ValidityEffect,
)
from conformance.description.drift.keyword_comparison import (
    build_property_change,
    compare_access,
    compare_defaults,
    compare_limits,
    compare_opaque_keywords,
    compare_required,
    compare_types,
    compare_values,
    find_hidden_directions,
)
from conformance.description.drift.schema_difference import SchemaDifference


class ComponentPair(msgspec.Struct, frozen=True):
    """Two components, of which the new one replaces the old one somewhere."""

    old: str
    new: str
    hidden: frozenset[Direction] = frozenset()


class SchemaComparison:
    """Compares schemas of two documents. Each pair of components is compared once."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new
        self._known: dict[tuple[str, str], tuple[SchemaDifference | ComponentPair, ...]] = {}

    def compare_schemas(self, old: Any, new: Any, place: str, direction: Direction) -> Iterator[DescriptionChange]:
        """Yield every change between two schemas, through all components that they refer to."""
        seen: set[tuple[str, str]] = set()
        stack = list(self._compare_schemas(old, new, place))
        while stack:
            entry = stack.pop()
            if isinstance(entry, SchemaDifference):
                change = entry.build_change(direction)
                if change is not None:
                    yield change
            elif direction not in entry.hidden and (entry.old, entry.new) not in seen:
                seen.add((entry.old, entry.new))
                stack.extend(self._compare_components(entry))

    def _compare_components(self, pair: ComponentPair) -> tuple[SchemaDifference | ComponentPair, ...]:
        key = (pair.old, pair.new)
        if key not in self._known:
            place = pair.new.rpartition("/")[2]
            self._known[key] = tuple(self._compare_schemas({"$ref": pair.old}, {"$ref": pair.new}, place, top=True))
        return self._known[key]

    def _compare_schemas(
        self, old: Any, new: Any, place: str, *, top: bool = False
    ) -> Iterator[SchemaDifference | ComponentPair]:
        matched, gone, added = pair_alternatives(
            split_alternatives(self.old, old, place), split_alternatives(self.new, new, place)
        )
        yield from compare_types(place, matched, gone, added)
        for old_shape, new_shape in matched:
            if old_shape.pointer and new_shape.pointer and not top:
                yield ComponentPair(old_shape.pointer, new_shape.pointer)
            else:
                yield from self._compare_keywords(old_shape, new_shape, new_shape.place)

    def _compare_keywords(
        self, old: SchemaAlternative, new: SchemaAlternative, place: str
    ) -> Iterator[SchemaDifference | ComponentPair]:
        old_schema, new_schema = old.schema, new.schema
        yield from compare_values(old_schema, new_schema, place)
        yield from compare_limits(old_schema, new_schema, place)
        yield from compare_opaque_keywords(old_schema, new_schema, place)
        yield from compare_defaults(old_schema, new_schema, place)
        if new.type == "object":
            yield from self._compare_objects(old_schema, new_schema, place)
        if new.type == "array":
            yield from self._compare_schemas(old_schema.get("items", True), new_schema.get("items", True), f"{place}[]")

    def _compare_objects(
        self, old: Mapping[str, Any], new: Mapping[str, Any], place: str
    ) -> Iterator[SchemaDifference | ComponentPair]:
        before, after = old.get("properties") or {}, new.get("properties") or {}
        for name in {**before, **after}:
            member_place, hidden = f"{place}.{name}", find_hidden_directions(after.get(name, before.get(name)))
            if name not in after:
                yield build_property_change(
                    "removed", member_place, hidden, closed=new.get("additionalProperties") is False
                )
            elif name not in before:
                yield build_property_change(
                    "added", member_place, hidden, closed=old.get("additionalProperties") is False
                )
            else:
                yield from compare_access(before[name], after[name], member_place)
                for entry in self._compare_schemas(before[name], after[name], member_place):
                    yield msgspec.structs.replace(entry, hidden=entry.hidden | hidden)
        yield from compare_required(old, new, place)
        yield from self._compare_additional(old, new, place)

    def _compare_additional(
        self, old: Mapping[str, Any], new: Mapping[str, Any], place: str
    ) -> Iterator[SchemaDifference | ComponentPair]:
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is not False and after is False:
            yield SchemaDifference(
                "properties", ValidityEffect.NARROWS, place, "additional properties are no longer allowed"
            )
        elif before is False and after is not False:
            yield SchemaDifference("properties", ValidityEffect.WIDENS, place, "additional properties are allowed now")
        elif before != after or isinstance(before, dict):
            yield from self._compare_schemas(before, after, f"{place}.*")
