"""Rules for null and alternatives: what a schema offers and forbids at once."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import Level


def _find_nullable(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        if "nullable" in node.value and node.get("nullable") is not False:
            at = pointers.join(node.pointer, "nullable")
            yield RuleViolation(
                at, "OpenAPI 3.1 has no `nullable`: null stays forbidden", "null among the types", "nullable"
            )


def is_null_allowed(reading: LintContext, node: DocumentNode, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether null is valid; a schema that is its own part does not restrict that."""
    if node.pointer in seen:
        return True
    value, seen = node.value, seen | {node.pointer}
    if "$ref" in value and not is_null_allowed(reading, reading.schemas.follow_references(node), seen):
        return False
    if "enum" in value and None not in value["enum"]:
        return False
    if node.types and "null" not in node.types:
        return False
    for keyword, combine in (("allOf", all), ("anyOf", any), ("oneOf", any)):
        parts = [
            DocumentNode(part, pointers.join(node.pointer, keyword, index))
            for index, part in enumerate(value.get(keyword) or ())
        ]
        if parts and not combine(is_null_allowed(reading, part, seen) for part in parts):
            return False
    return True


def has_null(node: DocumentNode) -> bool:
    """Return whether null is among the types or alternatives of a schema."""
    alternatives = [*(node.get("anyOf") or ()), *(node.get("oneOf") or ())]
    return "null" in node.types or any("null" in DocumentNode(alternative, "").types for alternative in alternatives)


def _find_forbidden_nulls(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        if "enum" not in node.value and has_null(node) and not is_null_allowed(reading, node):
            cause = "the $ref beside it" if "$ref" in node.value else "another keyword beside it"
            yield RuleViolation(node.pointer, f"null is offered, and {cause} forbids it", "null allowed or not offered")


def _find_ambiguous_lists(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield each `oneOf` with several alternatives that accept the empty list."""
    for node in reading.list_objects("schema"):
        branches = [
            branch
            for branch in (_get_branch(reading, node, index) for index in range(len(node.get("oneOf") or ())))
            if branch
        ]
        lists = [branch for branch in branches if "array" in branch.types and not branch.get("minItems")]
        if len(lists) > 1:
            pointer = pointers.join(node.pointer, "oneOf")
            message = f"the empty list fits {len(lists)} of {len(branches)} alternatives, so `oneOf` refuses it"
            yield RuleViolation(pointer, message, "one array of alternatives, or anyOf", "oneOf of arrays")


def _get_branch(reading: LintContext, node: DocumentNode, index: int) -> DocumentNode | None:
    return reading.schemas.get_child(node, "oneOf", index)


def _find_enums_without_null(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        if "null" in node.types and "enum" in node.value and None not in node.value["enum"]:
            yield RuleViolation(
                pointers.join(node.pointer, "enum"), "the type allows null, the enum does not", "null in the enum"
            )


RULES = (
    LintRule("nullable-ignored", "", Level.SHOULD, "`nullable` has no effect in OpenAPI 3.1.", _find_nullable),
    LintRule("null-forbidden", "", Level.SHOULD, "Null is offered and forbidden at once.", _find_forbidden_nulls),
    LintRule(
        "enum-without-null", "", Level.SHOULD, "The type allows null, the enum does not.", _find_enums_without_null
    ),
    LintRule(
        "oneof-empty-list",
        "",
        Level.SHOULD,
        "The empty list fits several alternatives of a oneOf.",
        _find_ambiguous_lists,
    ),
)
