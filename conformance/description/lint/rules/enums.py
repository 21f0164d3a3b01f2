"""Rules for enums that differ although they should be equal."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import Level, Location


def _find_untyped_enums(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        if "enum" in node.value and not node.types and "$ref" not in node.value:
            yield RuleViolation(pointers.join(node.pointer, "enum"), "the enum has no type", "type: string")


def _list_enums(reading: LintContext) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in reading.list_objects("schema"):
        values = [value for value in node.get("enum") or () if isinstance(value, str)]
        if len(values) > 1 and "/parameters/" not in node.pointer.rpartition("/schema")[0]:
            yield pointers.join(node.pointer, "enum"), tuple(sorted(values))


def _find_similar_enums(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield pairs of enums so similar that they must be meant to be equal: they differ in at most two values."""
    places: dict[tuple[str, ...], list[str]] = {}
    for pointer, values in _list_enums(reading):
        places.setdefault(values, []).append(pointer)
    for first, second in combinations(places, 2):
        shared, differing = set(first) & set(second), set(first) ^ set(second)
        if len(shared) >= 3 and 0 < len(differing) <= min(2, len(shared) // 3):
            pointer, other_pointer = places[first][0], places[second][0]
            difference = ", ".join(sorted(differing))
            yield RuleViolation(
                pointer, f"differs from the enum at {other_pointer} in {difference}", kind=f"{pointer} {other_pointer}"
            )


def _find_differing_enums(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield parameters whose enum differs from that of the field of the same name."""
    for operation in reading.operations:
        shown = operation.response_schema and (
            reading.schemas.get_items(operation.response_schema) or operation.response_schema
        )
        members = reading.schemas.list_properties(shown) if shown else {}
        for parameter in operation.parameters:
            is_path = parameter.location is Location.PATH
            field = members.get("id" if is_path and parameter.name.endswith("_id") else parameter.name)
            accepted, documented = (
                _list_values(parameter.schema),
                _list_field_values(reading, field) if field else set(),
            )
            if accepted and documented and _is_mismatch(accepted, documented, exactly=is_path):
                taken, held = _format_values(accepted), _format_values(documented)
                pointer = pointers.join(operation.node.pointer, "parameters")
                message = f"{operation.key}: {parameter.name} takes {taken}, the field has {held}"
                yield RuleViolation(pointer, message, held, taken, kind=f"{operation.key} {parameter.name}")


def _is_mismatch(accepted: set[str], documented: set[str], *, exactly: bool) -> bool:
    """Return whether a parameter accepts other values than its field has; a filter may accept fewer of them.

    Enums that share no value, whatever its case, belong to different things.
    """
    return (
        accepted != documented if exactly else bool(accepted - documented and _has_common_value(accepted, documented))
    )


def _list_values(schema: Mapping[str, Any]) -> set[str]:
    items = schema.get("items")
    enum = schema.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or ()
    return {value for value in enum if isinstance(value, str)}


def _list_field_values(reading: LintContext, node: DocumentNode) -> set[str]:
    return {
        value
        for leaf in reading.schemas.list_alternatives(node)
        for value in leaf.get("enum") or ()
        if isinstance(value, str)
    }


def _has_common_value(first: set[str], second: set[str]) -> bool:
    return bool({value.lower() for value in first} & {value.lower() for value in second})


def _format_values(values: set[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")


RULES = (
    LintRule(
        "enum-filter",
        "",
        Level.SHOULD,
        "A parameter and the field of its name have other values.",
        _find_differing_enums,
    ),
    LintRule("enum-untyped", "", Level.MAY, "An enum has no type.", _find_untyped_enums),
    LintRule("enums-apart", "", Level.MAY, "Two lists of values differ by little.", _find_similar_enums),
)
