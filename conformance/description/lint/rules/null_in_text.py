"""Rule for null in words: a text says that a value can be null, and its schema forbids it."""

from collections.abc import Iterator

from conformance.description import prose
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.lint.rules.nulls import has_null, is_null_allowed
from conformance.description.schemas import DocumentNode
from conformance.model import Level


def _find_nulls_in_text(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        text = str(node.get("description") or "")
        if "null" not in text.lower() and "None" not in text:
            continue
        # The rules for `nullable` and for null in the type report those.
        if "nullable" in node.value or has_null(node) or is_null_allowed(reading, node):
            continue
        if _is_about_fields(reading, node):
            if prose.is_every_field_nullable(text) and not _has_nullable_field(reading, node):
                message = "the text says that all fields can be null, and the schema forbids it for each"
                yield RuleViolation(node.pointer, message, "null among the types of the fields")
        elif prose.is_null_stated(text, node.pointer.rpartition("/")[2]):
            message = "the text says that it can be null, and the schema forbids it"
            yield RuleViolation(node.pointer, message, "null among the types", _describe_type(node))


def _is_about_fields(reading: LintContext, node: DocumentNode) -> bool:
    """Return whether a schema is an object described where it is defined, so that null is said of its fields."""
    is_property = node.pointer.rpartition("/")[0].endswith("/properties")
    has_fields = bool(reading.schemas.list_properties(node))
    return has_fields and (
        not is_property
        or prose.is_every_field_nullable(str(node.get("description")))
        or _has_nullable_field(reading, node)
    )


def _has_nullable_field(reading: LintContext, node: DocumentNode) -> bool:
    return any(is_null_allowed(reading, field) for field in reading.schemas.list_properties(node).values())


def _describe_type(node: DocumentNode) -> str:
    return " or ".join(sorted(node.types)) or str(node.get("$ref") or "a schema without null")


RULES = (
    LintRule(
        "null-in-text",
        "",
        Level.SHOULD,
        "A text says that a value can be null, the schema does not.",
        _find_nulls_in_text,
    ),
)
