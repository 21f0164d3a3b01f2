"""The records of a collection that a query selects, and their order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.parameters import UnreadableValue, convert_text, find_value_kind
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Filter, Location, Operation, Operator

_ANY_CASE = re.compile(r"case[- ]insensitive|whatever its case", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One filter of an operation. `kind` is the type of its field; `rule` is what an overlay says about it."""

    filter: Filter
    kind: str
    rule: Mapping[str, Any]

    def convert_value(self, text: str) -> Any:
        """Return the value to compare with, or why the text is unreadable."""
        if self.filter.operator in {Operator.IN, Operator.RANGE}:
            values = [convert_text(part.strip(), self.kind) for part in text.split(",")]
            bad = next((value for value in values if isinstance(value, UnreadableValue)), None)
            if self.filter.operator is Operator.RANGE and len(values) != 2:
                return UnreadableValue("not two values with a comma between them.")
            return bad or values
        return convert_text(text, "boolean" if self.filter.operator is Operator.ISNULL else self.kind)

    def is_satisfied_by(self, record: StoredRecord, expected: Any) -> bool:
        """Return whether a record satisfies the filter; a null satisfies only `isnull`."""
        if "owner" in self.rule:
            return bool(record.owner == expected)
        if "since" in self.rule:
            return _is_valid_now(record.data, self.rule) is expected
        values = find_values(record.data, str(self.rule.get("field", self.filter.field)))
        if "null" in self.rule:
            return (not any(value is not None for value in values)) is (expected == self.rule["null"])
        if self.filter.operator is Operator.ISNULL:
            return all(value is None for value in values) is expected
        return any(self._is_match(value, expected) for value in values)

    def _is_match(self, value: Any, expected: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, Ref):
            return value.rpartition("/")[2] == str(expected).rstrip("/").rpartition("/")[2]
        if self.kind == "time" and isinstance(value, str):
            value = clock.parse_time(value)
        if self.rule.get("fold"):
            return str(value).casefold() == str(expected).casefold()
        return bool(_COMPARE[self.filter.operator](value, expected))


_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: lambda a, b: a == b,
    Operator.GTE: lambda a, b: a >= b,
    Operator.LTE: lambda a, b: a <= b,
    Operator.GT: lambda a, b: a > b,
    Operator.LT: lambda a, b: a < b,
    Operator.IN: lambda a, b: a in b,
    Operator.RANGE: lambda a, b: b[0] <= a <= b[1],
}


def _is_valid_now(data: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    today = str(rule["today"])
    begin, end = data.get(str(rule["since"])), data.get(str(rule["until"]))
    return (begin is None or begin <= today) and (end is None or end >= today)


def find_values(data: Any, path: str) -> list[Any]:
    """Return all values at a dotted path; arrays on the way, with or without `[]`, are opened.

    A missing level yields None.
    """
    values = [data]
    for name in path.split("."):
        values = [value.get(name.removesuffix("[]")) if isinstance(value, dict) else None for value in values]
        values = [deep for value in values for deep in (value if isinstance(value, list) else [value])]
    return values


class OperationFilters:
    """The filters of one operation that can be applied to its records."""

    def __init__(self, operation: Operation, world: MockWorld) -> None:
        self.all = tuple(self._build_criterion(operation, query_filter, world) for query_filter in operation.filters)

    def _build_criterion(self, operation: Operation, query_filter: Filter, world: MockWorld) -> Criterion:
        parameter = operation.find_parameter(query_filter.parameter)
        kind = find_value_kind(parameter.schema) if parameter else "text"
        if kind in {"text", "boolean"} and query_filter.field and query_filter.operator is not Operator.ISNULL:
            kind = find_value_kind(_get_field_schema(world, operation, query_filter.field))
        rule = dict(_find_rule(world, operation, query_filter.parameter))
        if "since" in rule:
            rule["today"] = clock.format_time(world.now)[:10]
        return Criterion(
            query_filter,
            kind if not rule or rule.get("fold") else find_value_kind(parameter.schema if parameter else {}),
            rule,
        )


def _find_rule(world: MockWorld, operation: Operation, name: str) -> Mapping[str, Any]:
    """Return what an overlay (`x-evconform-matches`) or the text of a parameter says about a filter."""
    description = world.description
    path_item = description.document["paths"][operation.path]
    for entry in (*path_item.get("parameters", ()), *path_item[operation.method.lower()].get("parameters", ())):
        parameter = description.dereference(entry)
        if parameter.get("name") == name and parameter.get("in") == Location.QUERY:
            folds = {"fold": True} if _ANY_CASE.search(str(parameter.get("description", ""))) else {}
            return {**folds, **parameter.get("x-evconform-matches", {})}
    return {}


def _get_field_schema(world: MockWorld, operation: Operation, path: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = world.description.resolve(operation.item_schema) if operation.item_schema else {}
    for name in path.split("."):
        schema = world.schema_compiler.fold_schema(schema)
        branches = [
            world.schema_compiler.fold_schema(branch)
            for branch in (schema, *schema.get("oneOf", ()), *schema.get("anyOf", ()))
        ]
        bare = name.removesuffix("[]")
        property_schema: Mapping[str, Any] = next(
            (branch["properties"][bare] for branch in branches if bare in branch.get("properties", {})), {}
        )
        schema = world.schema_compiler.fold_schema(property_schema)
        if schema.get("type") == "array" or "items" in schema:
            schema = world.schema_compiler.fold_schema(schema.get("items", {}))
    return schema


def build_sort_key(fields: Sequence[str]) -> Callable[[StoredRecord], tuple[Any, ...]]:
    """Return a key for a total order by fields, nulls first, then by the record's key."""

    def key(record: StoredRecord) -> tuple[Any, ...]:
        values = [find_values(record.data, field)[0] for field in fields]
        return (*((value is not None, value if value is not None else "") for value in values), record.key)

    return key
