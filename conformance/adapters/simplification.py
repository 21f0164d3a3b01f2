"""A simpler description to generate from: short lists, and links in place of whole resources.

Drawing takes most of the time of generation, and nested lists take seconds. What is left out is still valid by the
description: it reveals nothing more than shorter bodies do, or something that nobody promises.
"""

from collections.abc import Callable, Mapping
from typing import Any

Dereference = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_MAX_ITEMS = 4  # items of a list


def simplify_document(document: Mapping[str, Any], deref: Dereference) -> dict[str, Any]:
    """Return a copy of a document with simpler schemas and request bodies; parameters stay as they were."""
    paths = {path: _simplify_bodies(item, deref) for path, item in document["paths"].items()}
    components = document.get("components", {})
    thin = {key: _simplify_node(components[key], deref) for key in ("schemas", "requestBodies") if key in components}
    return {**document, "paths": paths, "components": {**components, **thin}}


def _simplify_bodies(item: Mapping[str, Any], deref: Dereference) -> dict[str, Any]:
    return {
        method: {**operation, "requestBody": _simplify_node(operation["requestBody"], deref)}
        if isinstance(operation, Mapping) and "requestBody" in operation
        else operation
        for method, operation in item.items()
    }


def _simplify_node(node: Any, deref: Dereference) -> Any:
    if isinstance(node, list):
        return [_simplify_node(item, deref) for item in node]
    if not isinstance(node, Mapping):
        return node
    lean_node = {key: _simplify_node(value, deref) for key, value in node.items()}
    if isinstance(node.get("items"), Mapping):
        limit = max(_MAX_ITEMS, node.get("minItems", 0))
        lean_node["maxItems"] = min(node.get("maxItems", limit), limit)
    for keyword in ("oneOf", "anyOf"):
        forms = [deref(schema) for schema in node.get(keyword, ()) if isinstance(schema, Mapping)]
        if any(_is_link(form, deref) for form in forms):
            pairs = zip(lean_node[keyword], forms, strict=True)
            lean_node[keyword] = [branch for branch, form in pairs if not _is_whole(form, deref)]
    return lean_node


def _is_link(form: Mapping[str, Any], deref: Dereference) -> bool:
    """Return whether a form is a URL, or a list of URLs."""
    return form.get("format") == "uri" or _find_items(form, deref).get("format") == "uri"


def _is_whole(form: Mapping[str, Any], deref: Dereference) -> bool:
    """Return whether a form is an object, or a list of objects."""
    return any(
        "properties" in schema or "allOf" in schema or schema.get("type") == "object"
        for schema in (form, _find_items(form, deref))
    )


def _find_items(form: Mapping[str, Any], deref: Dereference) -> Mapping[str, Any]:
    items = form.get("items")
    return deref(items) if isinstance(items, Mapping) else {}
