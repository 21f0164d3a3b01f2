"""Every object of an OpenAPI 3.1 document by its kind, with its pointer; references are not followed."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.description import pointers
from conformance.description.operations import METHODS
from conformance.description.schemas import DocumentNode

# The fields of each kind of object that hold other objects: whether one, a list or a map, and of which kind
# (OpenAPI Specification 3.1.0, section 4.8; JSON Schema 2020-12, core, section 10).
_ONE, _LIST, _MAP = "one", "list", "map"
_FIELDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "document": {"paths": (_MAP, "path"), "webhooks": (_MAP, "path"), "components": (_ONE, "components")},
    "components": {
        "schemas": (_MAP, "schema"),
        "parameters": (_MAP, "parameter"),
        "headers": (_MAP, "header"),
        "responses": (_MAP, "response"),
        "requestBodies": (_MAP, "body"),
        "pathItems": (_MAP, "path"),
        "examples": (_MAP, "example"),
    },
    "path": {"parameters": (_LIST, "parameter"), **dict.fromkeys(METHODS, (_ONE, "operation"))},
    "operation": {
        "parameters": (_LIST, "parameter"),
        "requestBody": (_ONE, "body"),
        "responses": (_MAP, "response"),
    },
    "parameter": {"schema": (_ONE, "schema"), "content": (_MAP, "media"), "examples": (_MAP, "example")},
    "header": {"schema": (_ONE, "schema"), "content": (_MAP, "media"), "examples": (_MAP, "example")},
    "body": {"content": (_MAP, "media")},
    "response": {"headers": (_MAP, "header"), "content": (_MAP, "media")},
    "media": {"schema": (_ONE, "schema"), "examples": (_MAP, "example")},
    "schema": {
        **dict.fromkeys(("properties", "patternProperties", "$defs", "dependentSchemas"), (_MAP, "schema")),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_LIST, "schema")),
        **dict.fromkeys(
            ("items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"), (_ONE, "schema")
        ),
        **dict.fromkeys(("not", "if", "then", "else", "contains", "propertyNames"), (_ONE, "schema")),
    },
}


def walk_document(document: Mapping[str, Any]) -> Iterator[tuple[str, DocumentNode]]:
    """Yield each object as (kind, node) in document order.

    Kinds are `document`, `path`, `operation`, `schema`, `parameter`, `header`, `media`, `response` and so on.
    """
    stack = [("document", DocumentNode(document, "#"))]
    while stack:
        kind, node = stack.pop()
        yield kind, node
        fields = _FIELDS.get(kind, {})
        children = [
            child
            for name, field in fields.items()
            if name in node.value
            for child in _list_children(node, name, *field)
        ]
        stack.extend(reversed(children))


def _list_children(node: DocumentNode, name: str, shape: str, kind: str) -> Iterator[tuple[str, DocumentNode]]:
    value, pointer = node.value[name], pointers.join(node.pointer, name)
    if shape == _ONE and isinstance(value, dict):
        yield kind, DocumentNode(value, pointer)
    elif shape == _LIST and isinstance(value, list):
        yield from (
            (kind, DocumentNode(item, pointers.join(pointer, index)))
            for index, item in enumerate(value)
            if isinstance(item, dict)
        )
    elif shape == _MAP and isinstance(value, dict):
        yield from (
            (kind, DocumentNode(item, pointers.join(pointer, key)))
            for key, item in value.items()
            if isinstance(item, dict)
        )
