"""Lists of values that differ where they should be one."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.schemas import Node
from conformance.model import Level, Location


def _untyped_enum(reading: Reading) -> Iterator[Hit]:
    for node in reading.every("schema"):
        if "enum" in node.value and not node.types and "$ref" not in node.value:
            yield Hit(pointers.join(node.pointer, "enum"), "the enum stands without a type", "type: string")


def _enums(reading: Reading) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in reading.every("schema"):
        values = [each for each in node.get("enum") or () if isinstance(each, str)]
        if len(values) > 1 and "/parameters/" not in node.pointer.rpartition("/schema")[0]:
            yield pointers.join(node.pointer, "enum"), tuple(sorted(values))


def _enums_apart(reading: Reading) -> Iterator[Hit]:
    """Lists of values so alike that they must be meant to be one: the larger one has a value or two more."""
    places: dict[tuple[str, ...], list[str]] = {}
    for at, values in _enums(reading):
        places.setdefault(values, []).append(at)
    for one, other in combinations(places, 2):
        common, apart = set(one) & set(other), set(one) ^ set(other)
        if len(common) >= 3 and 0 < len(apart) <= min(2, len(common) // 3):
            at, against = places[one][0], places[other][0]
            lacking = ", ".join(sorted(apart))
            yield Hit(at, f"differs from the enum at {against} in {lacking}", kind=f"{at} {against}")


def _filter_enums(reading: Reading) -> Iterator[Hit]:
    """Parameters and fields of one name whose enums differ; operators and the model tell which belong together."""
    for operation in reading.operations:
        shown = operation.shown and (reading.schemas.items(operation.shown) or operation.shown)
        members = reading.schemas.members(shown) if shown else {}
        for parameter in operation.parameters:
            key = parameter.location is Location.PATH and parameter.name.endswith("_id")
            field = members.get("id" if key else parameter.name)
            taken, held = _values(parameter.schema), _held(reading, field) if field else set()
            fixed = parameter.location is Location.PATH
            if taken and held and ((fixed and taken != held) or (taken - held and _related(taken, held))):
                at = pointers.join(operation.node.pointer, "parameters")
                message = f"{operation.key}: {parameter.name} takes {_listed(taken)}, the field has {_listed(held)}"
                yield Hit(at, message, _listed(held), _listed(taken), kind=f"{operation.key} {parameter.name}")


def _values(schema: Mapping[str, Any]) -> set[str]:
    items = schema.get("items")
    enum = schema.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or ()
    return {each for each in enum if isinstance(each, str)}


def _held(reading: Reading, node: Node) -> set[str]:
    return {v for leaf in reading.schemas.branches(node) for v in leaf.get("enum") or () if isinstance(v, str)}


def _related(one: set[str], other: set[str]) -> bool:
    return bool({each.lower() for each in one} & {each.lower() for each in other})


def _listed(values: set[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")


RULES = (
    Rule("enum-filter", "", Level.SHOULD, "A parameter and the field of its name have other values.", _filter_enums),
    Rule("enum-untyped", "", Level.MAY, "An enum has no type.", _untyped_enum),
    Rule("enums-apart", "", Level.MAY, "Two lists of values differ by little.", _enums_apart),
)
