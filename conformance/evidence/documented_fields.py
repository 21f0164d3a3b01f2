"""The property schemas that a description has below a schema. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from conformance.description import Description, pointers


@lru_cache(maxsize=512)  # several checks and folds need those of the same schemas
def find_documented_fields(schema: str, description: Description) -> frozenset[str]:
    """Return the pointers of all property schemas below a schema, through references and branches."""
    fields: set[str] = set()
    queue, queued = [schema], {schema}
    while queue:
        pointer = queue.pop()
        try:
            node = description.resolve(pointer)
        except KeyError:
            continue
        if not isinstance(node, Mapping):
            continue
        properties = [pointers.join(pointer, "properties", name) for name in node.get("properties", ())]
        fields.update(properties)
        new = [child for child in (*properties, *_iterate_subschemas(pointer, node)) if child not in queued]
        queued.update(new)
        queue += new
    return frozenset(fields)


def _iterate_subschemas(pointer: str, node: Mapping[str, object]) -> Iterator[str]:
    """Yield the pointers of the schemas that a schema refers to or contains, without its properties."""
    if isinstance(reference := node.get("$ref"), str):
        yield reference
    for keyword in ("allOf", "oneOf", "anyOf", "prefixItems"):
        branches = node.get(keyword)
        count = len(branches) if isinstance(branches, list) else 0
        yield from (pointers.join(pointer, keyword, index) for index in range(count))
    yield from (pointers.join(pointer, keyword) for keyword in ("items", "additionalProperties") if keyword in node)
