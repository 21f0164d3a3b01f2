"""Rules for bodies: their required fields, and DSC-10 on the required properties of responses."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.operations import StatedOperation, is_json
from conformance.description.schemas import DocumentNode
from conformance.model import Level


def _find_bodies(reading: LintContext) -> Iterator[tuple[StatedOperation, DocumentNode, DocumentNode]]:
    """Yield each request body and the schema of its JSON."""
    for operation in reading.operations:
        body = reading.schemas.get_child(operation.node, "requestBody")
        for name in (body.get("content") or {}) if body else ():
            schema = reading.schemas.get_child(body, "content", name, "schema") if body and is_json(name) else None
            if body and schema:
                yield operation, body, schema


def list_required_properties(
    reading: LintContext, node: DocumentNode, seen: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the properties that every instance must have: own ones and those of `allOf`."""
    node = reading.schemas.follow_references(node)
    if node.pointer in seen:
        return frozenset()
    members = [reading.schemas.get_child(node, "allOf", index) for index in range(len(node.get("allOf") or ()))]
    inherited = [list_required_properties(reading, part, seen | {node.pointer}) for part in members if part]
    return frozenset(node.get("required") or ()).union(*inherited)


def _find_optional_bodies(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, body, schema in _find_bodies(reading):
        fields = list_required_properties(reading, schema)
        if fields and not body.get("required"):
            message = f"{operation.key}: the body may be left out, yet requires {', '.join(sorted(fields))}"
            yield RuleViolation(body.pointer, message, "required: true")


def _find_read_only_bodies(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, body, schema in _find_bodies(reading):
        members = reading.schemas.list_properties(schema)
        read_only = {
            name
            for name, node in members.items()
            if node.get("readOnly") or reading.schemas.follow_references(node).get("readOnly")
        }
        if members and read_only == members.keys():
            yield RuleViolation(body.pointer, f"{operation.key}: every field of the body is read-only", kind="all")
        elif fields := list_required_properties(reading, schema) & read_only:
            verb = "is" if len(fields) == 1 else "are"
            message = f"{operation.key}: the body requires {', '.join(sorted(fields))}, which {verb} read-only"
            yield RuleViolation(body.pointer, message, "fields that a client can set")


def _find_bodies_of_get(reading: LintContext) -> Iterator[RuleViolation]:
    for operation in reading.operations:
        if operation.method in {"GET", "HEAD", "DELETE"} and "requestBody" in operation.node.value:
            pointer = pointers.join(operation.node.pointer, "requestBody")
            yield RuleViolation(
                pointer, f"{operation.key}: a body of {operation.method} has no defined meaning (RFC 9110, 9.3.1)"
            )


def _find_empty_promises(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield each schema of a successful response that requires none of its properties, once."""
    seen: set[str] = set()
    for operation in reading.operations:
        if operation.response_schema is None:
            continue
        schema = reading.schemas.get_items(operation.response_schema) or reading.schemas.follow_references(
            operation.response_schema
        )
        leaves = reading.schemas.list_alternatives(schema)
        promised = list_required_properties(reading, schema) or any(
            list_required_properties(reading, leaf) for leaf in leaves
        )
        if schema.pointer not in seen and reading.schemas.list_properties(schema) and not promised:
            seen.add(schema.pointer)
            message = f"{operation.key}: the schema of the response requires no property, so that {{}} is valid"
            yield RuleViolation(schema.pointer, message, "required: …", "none")


RULES = (
    LintRule(
        "response-promises-nothing", "DSC-10", Level.SHOULD, "A response requires no property.", _find_empty_promises
    ),
    LintRule("body-optional", "", Level.SHOULD, "A body with required fields may be left out.", _find_optional_bodies),
    LintRule("body-read-only", "", Level.SHOULD, "A body requires what only the server sets.", _find_read_only_bodies),
    LintRule("body-of-get", "", Level.SHOULD, "A method without a body has one.", _find_bodies_of_get),
)
