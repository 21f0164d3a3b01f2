"""Rules for parameters and headers that are required in words only."""

from collections.abc import Iterator

from conformance.description import pointers, prose
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.prose import Presence
from conformance.description.schemas import DocumentNode
from conformance.model import Level, Location


def _list_statements(reading: LintContext) -> Iterator[tuple[str, str, Presence]]:
    """Yield each optional parameter or header that a text requires: its pointer, its name, the statement."""
    for node in reading.list_objects("parameter"):
        if "$ref" not in node.value and not node.get("required"):
            name, kind = str(node.get("name")), "header" if node.get("in") == "header" else "parameter"
            presence = _find_presence(reading, node, name, kind)
            if presence is not None:
                yield node.pointer, name, presence
    for node in reading.list_objects("header"):
        if "$ref" not in node.value and not node.get("required"):
            name = node.pointer.rpartition("/")[2]
            presence = _find_presence(reading, node, name, "header")
            if presence is not None:
                yield node.pointer, name, presence
    yield from _list_operation_statements(reading)


def _find_presence(reading: LintContext, node: DocumentNode, name: str, kind: str) -> Presence | None:
    schema = reading.schemas.get_child(node, "schema")
    texts = (node.get("description"), schema.get("description") if schema else None)
    statements = (prose.find_own_presence(str(text), name, kind) for text in texts if text)
    return next((presence for presence in statements if presence is not None), None)


def _list_operation_statements(reading: LintContext) -> Iterator[tuple[str, str, Presence]]:
    """Yield the parameters that the text of an operation requires by name."""
    for operation in reading.operations:
        text = str(operation.node.get("description") or "")
        for parameter in operation.parameters:
            if parameter.required or parameter.location is Location.PATH:
                continue
            presence = prose.find_named_presence(text, parameter.name)
            if presence is not None:
                yield pointers.join(operation.node.pointer, "description"), parameter.name, presence


def _find_required(reading: LintContext) -> Iterator[RuleViolation]:
    for pointer, name, presence in _list_statements(reading):
        if not presence.condition:
            yield RuleViolation(pointer, f"the text requires {name}, `required` does not", "required: true", kind=name)


def _find_required_on_condition(reading: LintContext) -> Iterator[RuleViolation]:
    for pointer, name, presence in _list_statements(reading):
        if presence.condition:
            yield RuleViolation(pointer, f"{name} is required in words only: {presence.condition}", kind=name)


RULES = (
    LintRule(
        "parameter-required-in-text", "", Level.SHOULD, "A parameter or header is required in words.", _find_required
    ),
    LintRule(
        "parameter-required-if",
        "",
        Level.MAY,
        "A parameter or header is required on a condition, in words only.",
        _find_required_on_condition,
    ),
)
