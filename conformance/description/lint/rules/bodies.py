"""Bodies: what is required of them, and DSC-10 on what responses promise."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.operations import Stated, is_json
from conformance.description.schemas import Node
from conformance.model import Level


def _bodies(reading: Reading) -> Iterator[tuple[Stated, Node, Node]]:
    """Each request body and the schema of its JSON."""
    for operation in reading.operations:
        body = reading.schemas.child(operation.node, "requestBody")
        for name in (body.get("content") or {}) if body else ():
            schema = reading.schemas.child(body, "content", name, "schema") if body and is_json(name) else None
            if body and schema:
                yield operation, body, schema


def required(reading: Reading, node: Node, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """The properties that every instance must have: own ones and those of `allOf`."""
    node = reading.schemas.follow(node)
    if node.pointer in seen:
        return frozenset()
    parts = [reading.schemas.child(node, "allOf", i) for i in range(len(node.get("allOf") or ()))]
    inner = [required(reading, part, seen | {node.pointer}) for part in parts if part]
    return frozenset(node.get("required") or ()).union(*inner)


def _optional(reading: Reading) -> Iterator[Hit]:
    for operation, body, schema in _bodies(reading):
        fields = required(reading, schema)
        if fields and not body.get("required"):
            message = f"{operation.key}: the body may be left out, yet requires {', '.join(sorted(fields))}"
            yield Hit(body.pointer, message, "required: true")


def _read_only(reading: Reading) -> Iterator[Hit]:
    for operation, body, schema in _bodies(reading):
        members = reading.schemas.members(schema)
        fixed = {
            name
            for name, node in members.items()
            if node.get("readOnly") or reading.schemas.follow(node).get("readOnly")
        }
        if members and fixed == members.keys():
            yield Hit(body.pointer, f"{operation.key}: every field of the body is read-only", kind="all")
        elif fields := required(reading, schema) & fixed:
            message = f"{operation.key}: the body requires {', '.join(sorted(fields))}, which are read-only"
            yield Hit(body.pointer, message, "fields that a client can set")


def _with_get(reading: Reading) -> Iterator[Hit]:
    for operation in reading.operations:
        if operation.method in {"GET", "HEAD", "DELETE"} and "requestBody" in operation.node.value:
            at = pointers.join(operation.node.pointer, "requestBody")
            yield Hit(at, f"{operation.key}: a body of {operation.method} means nothing (RFC 9110, 9.3.1)")


def _promise_nothing(reading: Reading) -> Iterator[Hit]:
    """Schemas of successful answers that require none of their properties, each told once."""
    told: set[str] = set()
    for operation in reading.operations:
        if operation.shown is None:
            continue
        schema = reading.schemas.items(operation.shown) or reading.schemas.follow(operation.shown)
        leaves = reading.schemas.branches(schema)
        promised = required(reading, schema) or any(required(reading, leaf) for leaf in leaves)
        if schema.pointer not in told and reading.schemas.members(schema) and not promised:
            told.add(schema.pointer)
            message = f"{operation.key}: the schema of the answer requires no property, so that {{}} is valid"
            yield Hit(schema.pointer, message, "required: …", "none")


RULES = (
    Rule("response-promises-nothing", "DSC-10", Level.SHOULD, "A response requires no property.", _promise_nothing),
    Rule("body-optional", "", Level.SHOULD, "A body with required fields may be left out.", _optional),
    Rule("body-read-only", "", Level.SHOULD, "A body requires what only the server sets.", _read_only),
    Rule("body-of-get", "", Level.SHOULD, "A method without a body has one.", _with_get),
)
