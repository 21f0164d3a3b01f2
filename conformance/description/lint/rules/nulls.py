"""Null and alternatives: what a schema offers and forbids at once."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.schemas import Node
from conformance.model import Level


def _nullable(reading: Reading) -> Iterator[Hit]:
    for node in reading.every("schema"):
        if "nullable" in node.value and node.get("nullable") is not False:
            at = pointers.join(node.pointer, "nullable")
            yield Hit(at, "OpenAPI 3.1 has no `nullable`: null stays forbidden", "null among the types", "nullable")


def _allows_null(reading: Reading, node: Node, seen: frozenset[str] = frozenset()) -> bool:
    """Whether null is valid; a schema that is its own part adds nothing to that."""
    if node.pointer in seen:
        return True
    value, seen = node.value, seen | {node.pointer}
    if "$ref" in value and not _allows_null(reading, reading.schemas.follow(node), seen):
        return False
    if "enum" in value and None not in value["enum"]:
        return False
    if node.types and "null" not in node.types:
        return False
    for word, combine in (("allOf", all), ("anyOf", any), ("oneOf", any)):
        parts = [Node(each, pointers.join(node.pointer, word, i)) for i, each in enumerate(value.get(word) or ())]
        if parts and not combine(_allows_null(reading, each, seen) for each in parts):
            return False
    return True


def _wants_null(node: Node) -> bool:
    alternatives = [*(node.get("anyOf") or ()), *(node.get("oneOf") or ())]
    return "null" in node.types or any("null" in Node(each, "").types for each in alternatives)


def _null_forbidden(reading: Reading) -> Iterator[Hit]:
    for node in reading.every("schema"):
        if "enum" not in node.value and _wants_null(node) and not _allows_null(reading, node):
            why = "the $ref beside it" if "$ref" in node.value else "another keyword beside it"
            yield Hit(node.pointer, f"null is offered, and {why} forbids it", "null allowed or not offered")


def _ambiguous(reading: Reading) -> Iterator[Hit]:
    """Alternatives of which several accept the empty list."""
    for node in reading.every("schema"):
        branches = [each for each in (_branch(reading, node, i) for i in range(len(node.get("oneOf") or ()))) if each]
        lists = [each for each in branches if "array" in each.types and not each.get("minItems")]
        if len(lists) > 1:
            at = pointers.join(node.pointer, "oneOf")
            message = f"the empty list fits {len(lists)} of {len(branches)} alternatives, so `oneOf` refuses it"
            yield Hit(at, message, "one array of alternatives, or anyOf", "oneOf of arrays")


def _branch(reading: Reading, node: Node, index: int) -> Node | None:
    return reading.schemas.child(node, "oneOf", index)


def _enum_without_null(reading: Reading) -> Iterator[Hit]:
    for node in reading.every("schema"):
        if "null" in node.types and "enum" in node.value and None not in node.value["enum"]:
            yield Hit(
                pointers.join(node.pointer, "enum"), "the type allows null, the enum does not", "null in the enum"
            )


RULES = (
    Rule("nullable-ignored", "", Level.SHOULD, "`nullable` has no effect in OpenAPI 3.1.", _nullable),
    Rule("null-forbidden", "", Level.SHOULD, "Null is offered and forbidden at once.", _null_forbidden),
    Rule("enum-without-null", "", Level.SHOULD, "The type allows null, the enum does not.", _enum_without_null),
    Rule("oneof-empty-list", "", Level.SHOULD, "The empty list fits several alternatives of a oneOf.", _ambiguous),
)
