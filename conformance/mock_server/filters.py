"""Which records of a collection a query asks for, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.parameters import Unreadable, convert, kind_of
from conformance.mock_server.world.build import World
from conformance.mock_server.world.store import Record, Ref
from conformance.model import Filter, Location, Operation, Operator

Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One filter of an operation. `kind` is what its field holds; `rule` is what an overlay says of it."""

    filter: Filter
    kind: str
    rule: Mapping[str, Any]

    def wanted(self, text: str) -> Any:
        """The value to compare with, or Unreadable."""
        if self.filter.operator in {Operator.IN, Operator.RANGE}:
            values = [convert(each.strip(), self.kind) for each in text.split(",")]
            bad = next((each for each in values if isinstance(each, Unreadable)), None)
            if self.filter.operator is Operator.RANGE and len(values) != 2:
                return Unreadable("not two values with a comma between them.")
            return bad or values
        return convert(text, "boolean" if self.filter.operator is Operator.ISNULL else self.kind)

    def holds(self, record: Record, wanted: Any) -> bool:
        """Whether a record satisfies the filter; a null satisfies only `isnull`."""
        if "owner" in self.rule:
            return bool(record.owner == wanted)
        if "since" in self.rule:
            return _valid_now(record.data, self.rule) is wanted
        found = values_at(record.data, str(self.rule.get("field", self.filter.field)))
        if "null" in self.rule:
            return (not any(each is not None for each in found)) is (wanted == self.rule["null"])
        if self.filter.operator is Operator.ISNULL:
            return all(each is None for each in found) is wanted
        return any(self._compare(each, wanted) for each in found)

    def _compare(self, value: Any, wanted: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, Ref):
            return value.rpartition("/")[2] == str(wanted).rstrip("/").rpartition("/")[2]
        if self.kind == "time" and isinstance(value, str):
            value = clock.parse(value)
        if self.rule.get("fold"):
            return str(value).casefold() == str(wanted).casefold()
        return bool(_COMPARE[self.filter.operator](value, wanted))


_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: lambda a, b: a == b,
    Operator.GTE: lambda a, b: a >= b,
    Operator.LTE: lambda a, b: a <= b,
    Operator.GT: lambda a, b: a > b,
    Operator.LT: lambda a, b: a < b,
    Operator.IN: lambda a, b: a in b,
    Operator.RANGE: lambda a, b: b[0] <= a <= b[1],
}


def _valid_now(data: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    today = str(rule["today"])
    begin, end = data.get(str(rule["since"])), data.get(str(rule["until"]))
    return (begin is None or begin <= today) and (end is None or end >= today)


def values_at(data: Any, path: str) -> list[Any]:
    """All values at a dotted path; `[]` and arrays on the way open up. None where a level is missing."""
    found = [data]
    for name in path.split("."):
        found = [each.get(name.removesuffix("[]")) if isinstance(each, dict) else None for each in found]
        found = [deep for each in found for deep in (each if isinstance(each, list) else [each])]
    return found


class Filters:
    """The filters of one operation that can be applied to its records."""

    def __init__(self, operation: Operation, world: World) -> None:
        self.all = tuple(self._criterion(operation, each, world) for each in operation.filters)
        self.by_name = {each.filter.parameter: each for each in self.all}

    def _criterion(self, operation: Operation, each: Filter, world: World) -> Criterion:
        parameter = operation.parameter(each.parameter)
        kind = kind_of(parameter.schema) if parameter else "text"
        if kind in {"text", "boolean"} and each.field and each.operator is not Operator.ISNULL:
            kind = kind_of(_field_schema(world, operation, each.field))
        rule = dict(_rule(world, operation, each.parameter))
        if "since" in rule:
            rule["today"] = clock.render(world.now)[:10]
        return Criterion(
            each, kind if not rule or rule.get("fold") else kind_of(parameter.schema if parameter else {}), rule
        )


def _rule(world: World, operation: Operation, name: str) -> Mapping[str, Any]:
    """What an overlay says of a filter that names no field: `x-evconform-matches` at the parameter."""
    description = world.description
    path_item = description.document["paths"][operation.path]
    for each in (*path_item.get("parameters", ()), *path_item[operation.method.lower()].get("parameters", ())):
        parameter = description.deref(each)
        if parameter.get("name") == name and parameter.get("in") == Location.QUERY:
            rule: Mapping[str, Any] = parameter.get("x-evconform-matches", {})
            return rule
    return {}


def _field_schema(world: World, operation: Operation, path: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = world.description.resolve(operation.item_schema) if operation.item_schema else {}
    for name in path.split("."):
        schema = world.nursery.flat(schema)
        branches = [world.nursery.flat(each) for each in (schema, *schema.get("oneOf", ()), *schema.get("anyOf", ()))]
        bare = name.removesuffix("[]")
        found: Mapping[str, Any] = next(
            (each["properties"][bare] for each in branches if bare in each.get("properties", {})), {}
        )
        schema = world.nursery.flat(found)
        if schema.get("type") == "array" or "items" in schema:
            schema = world.nursery.flat(schema.get("items", {}))
    return schema


def sort_key(fields: Sequence[str]) -> Callable[[Record], tuple[Any, ...]]:
    """A total order by fields, nulls first, then by key."""

    def key(record: Record) -> tuple[Any, ...]:
        values = [values_at(record.data, field)[0] for field in fields]
        return (*((each is not None, each if each is not None else "") for each in values), record.key)

    return key
