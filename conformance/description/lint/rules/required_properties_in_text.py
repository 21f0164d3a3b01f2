"""Rules for properties that are required in words only."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

from conformance.description import pointers, prose
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.lint.rules.bodies import list_required_properties
from conformance.description.prose import Presence
from conformance.description.schemas import DocumentNode
from conformance.model import Level

_BRANCHES = ("oneOf", "anyOf", "allOf", "then", "else", "dependentSchemas", "dependentRequired", "if")


def _list_statements(reading: LintContext) -> Iterator[tuple[str, str, Presence]]:
    """Yield each property that a text requires and no keyword does: its pointer, its name, the statement."""
    composed = _map_composed_requirements(reading)
    for node in reading.list_objects("schema"):
        properties = node.get("properties")
        if not isinstance(properties, dict):
            continue
        required = list_required_properties(reading, node) | composed.get(node.pointer, frozenset())
        required |= _list_branch_requirements(node)
        whole = str(node.get("description") or "")
        for name, value in properties.items():
            if name in required or not isinstance(value, dict):
                continue
            own = prose.find_own_presence(str(value.get("description") or ""), name, "property")
            presence = own or prose.find_named_presence(whole, name)
            if presence is not None:
                pointer = pointers.join(node.pointer, "properties", name) if own else node.pointer
                yield pointer, name, presence


def _map_composed_requirements(reading: LintContext) -> dict[str, frozenset[str]]:
    """Return what schemas require of the parts that they join by `allOf`, by the pointer of the part."""
    composed: dict[str, frozenset[str]] = {}
    for node in reading.list_objects("schema"):
        for index in range(len(node.get("allOf") or ())):
            part = reading.schemas.get_child(node, "allOf", index)
            if part is not None:
                whole = list_required_properties(reading, node)
                composed[part.pointer] = composed.get(part.pointer, frozenset()) | whole
    return composed


def _list_branch_requirements(node: DocumentNode) -> frozenset[str]:
    """Return the names that alternatives and conditions of a schema require."""
    return reduce(frozenset.union, (_collect_names(node.get(keyword)) for keyword in _BRANCHES), frozenset())


def _collect_names(value: Any) -> frozenset[str]:
    if isinstance(value, list):
        strings = frozenset(item for item in value if isinstance(item, str))
        return reduce(frozenset.union, (_collect_names(item) for item in value if not isinstance(item, str)), strings)
    if isinstance(value, dict):
        parts = [item for key, item in value.items() if key != "properties" and isinstance(item, dict | list)]
        return reduce(frozenset.union, map(_collect_names, parts), frozenset())
    return frozenset()


def _find_required(reading: LintContext) -> Iterator[RuleViolation]:
    for pointer, name, presence in _list_statements(reading):
        if not presence.condition:
            yield RuleViolation(pointer, f"the text requires {name}, `required` does not", f"required: [{name}]")


def _find_required_on_condition(reading: LintContext) -> Iterator[RuleViolation]:
    for pointer, name, presence in _list_statements(reading):
        if presence.condition:
            yield RuleViolation(pointer, f"{name} is required in words only: {presence.condition}")


RULES = (
    LintRule("property-required-in-text", "", Level.SHOULD, "A property is required in words.", _find_required),
    LintRule(
        "property-required-if",
        "",
        Level.MAY,
        "A property is required on a condition, in words only.",
        _find_required_on_condition,
    ),
)
