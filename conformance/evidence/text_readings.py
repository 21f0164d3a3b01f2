"""Readings of a response that its texts allow and its schema forbids: null, and a list beside one object."""

from typing import Any

from conformance.description import prose
from conformance.description.schemas import DocumentNode, Schemas
from conformance.evidence.differences import get_value
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.validation import SchemaError

_KEYWORDS = frozenset({"type", "enum", "const", "oneOf", "anyOf"})


def find_reading_in_text(error: SchemaError, response: OperationResponse, subject: Subject) -> str:
    """Return both readings of a value that breaks its schema as a text beside it allows; empty where none does."""
    if error.keyword not in _KEYWORDS:
        return ""
    value = get_value(response.json, error.pointer)
    if value is not None and not isinstance(value, list):
        return ""
    schemas = Schemas(subject.description.document)
    way = _walk(schemas, _find_root(response), error.pointer)
    texts = [_read_text(node) for node in (*way[-1:], _find_failed_schema(error, subject))]
    if isinstance(value, list):
        is_list = any(prose.is_list_stated(text) for text in texts)
        return "one reading: the schema is one object. The other: its description speaks of a list" if is_list else ""
    if any(prose.is_null_stated(text, error.pointer.rpartition("/")[2]) for text in texts):
        return "one reading: the schema forbids null. The other: its description speaks of null"
    if len(way) > 1 and prose.is_every_field_nullable(_read_text(schemas.follow_references(way[-2]))):
        return "one reading: the schema forbids null. The other: the object's description says it of all fields"
    return ""


def _read_text(node: DocumentNode) -> str:
    return str(node.get("description") or "")


def _find_failed_schema(error: SchemaError, subject: Subject) -> DocumentNode:
    """Return the schema whose keyword failed, empty if it is an object of its own: its text is about its fields."""
    pointer = error.schema.rpartition("/")[0]
    try:
        value: Any = subject.description.resolve(pointer)
    except KeyError:
        value = {}
    is_plain = isinstance(value, dict) and "properties" not in value
    return DocumentNode(value if is_plain else {}, pointer)


def _find_root(response: OperationResponse) -> str:
    """Return the pointer of the schema of a response's body, empty where it has none."""
    http_response = response.exchange.response
    media_type = http_response.media_type if http_response else ""
    media = response.spec.media if response.spec else ()
    return next((documented.schema for documented in media if documented.type.startswith(media_type)), "")


def _walk(schemas: Schemas, root: str, pointer: str) -> list[DocumentNode]:
    """Return the schema at each level of a pointer into an instance, as stated, references not followed."""
    nodes = [DocumentNode({"$ref": root}, root)] if root else []
    for token in pointer.split("/")[1:]:
        node = schemas.follow_references(nodes[-1]) if nodes else None
        if node is None:
            return []
        leaves = schemas.list_alternatives(node)
        if token.isdecimal():
            members = [items for leaf in leaves if (items := schemas.get_items(leaf))]
        else:
            members = [fields[token] for leaf in leaves if token in (fields := schemas.list_properties(leaf))]
        if not members:
            return []
        nodes.append(members[0])
    return nodes
