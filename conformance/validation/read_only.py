"""A description for what clients write: no read-only property is required of them.

OpenAPI 3.0 said so (section 4.7.24.2); 3.1 leaves `readOnly` to JSON Schema, where the owner of the value decides
(Validation 2020-12, section 9.4). A server that owns an `id` does not require it in a request.
"""

from collections.abc import Callable, Mapping
from typing import Any

Dereference = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def relax_read_only(document: Mapping[str, Any], deref: Dereference) -> dict[str, Any]:
    """Return a copy of a document in which no schema requires a property that it marks as read-only."""
    return {key: _relax(value, deref) for key, value in document.items()}


def _relax(node: Any, deref: Dereference) -> Any:
    if isinstance(node, list):
        return [_relax(item, deref) for item in node]
    if not isinstance(node, Mapping):
        return node
    relaxed = {key: _relax(value, deref) for key, value in node.items()}
    required, properties = node.get("required"), node.get("properties")
    if isinstance(required, list) and isinstance(properties, Mapping):
        relaxed["required"] = [name for name in required if not _is_read_only(properties.get(name), deref)]
    return relaxed


def _is_read_only(schema: Any, deref: Dereference) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("readOnly") or deref(schema).get("readOnly"))
