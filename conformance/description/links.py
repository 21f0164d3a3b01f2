"""Properties that hold URLs, and the objects that may stand in their place."""

from collections.abc import Iterator

import msgspec

from conformance.description.schemas import DocumentNode, Schemas

_URI = frozenset({"uri", "uri-reference", "iri", "iri-reference"})


class PropertyForms(msgspec.Struct, frozen=True):
    """The forms that a property may take: URLs, objects, arrays of either, null.

    `urls` are the schemas of its URLs, `objects` those of the objects that may stand in their place. `many` is true if
    the property holds an array of URLs, `array` if the objects stand in an array, `identified` if the object around
    the property has an `id`.
    """

    path: str
    node: DocumentNode
    urls: tuple[DocumentNode, ...]
    objects: tuple[DocumentNode, ...]
    many: bool
    array: bool
    nullable: bool
    identified: bool = False

    @property
    def name(self) -> str:
        """Return the last property of the path."""
        return self.path.rpartition(".")[2].removesuffix("[]")


def find_link_properties(
    schemas: Schemas, node: DocumentNode, prefix: str = "", seen: frozenset[str] = frozenset()
) -> Iterator[PropertyForms]:
    """Yield every link property of an item's schema, including nested objects and arrays, but not expanded objects."""
    if node.pointer in seen:
        return
    visited = seen | {node.pointer}
    members = schemas.list_properties(node)
    for name, member in members.items():
        forms = read_property_forms(schemas, member, prefix + name)
        if forms.urls:
            yield msgspec.structs.replace(forms, identified="id" in members)
            continue
        for child in forms.objects:
            yield from find_link_properties(schemas, child, prefix + name + ("[]." if forms.array else "."), visited)


def list_field_paths(schemas: Schemas, body: DocumentNode) -> Iterator[str]:
    """Yield the path of every property that a body can show, nested ones included; links are not followed."""
    forms = read_property_forms(schemas, body, "")
    for object_schema in forms.objects:
        yield from _walk_fields(schemas, object_schema, "[]." if forms.array else "", frozenset())


def _walk_fields(schemas: Schemas, node: DocumentNode, prefix: str, seen: frozenset[str]) -> Iterator[str]:
    if node.pointer in seen:
        return
    for name, member in schemas.list_properties(node).items():
        yield prefix + name
        forms = read_property_forms(schemas, member, prefix + name)
        for child in () if forms.urls else forms.objects:
            yield from _walk_fields(
                schemas, child, prefix + name + ("[]." if forms.array else "."), seen | {node.pointer}
            )


def read_property_forms(schemas: Schemas, member: DocumentNode, path: str) -> PropertyForms:
    """Return the forms that a property may take: URLs, objects, arrays of either, null.

    A string without a format counts as a URL if an object may stand in its place, or if the property is the top-level
    `url`.
    """
    leaves = schemas.list_alternatives(member)
    arrays = [
        branch for leaf in leaves if (items := schemas.get_items(leaf)) for branch in schemas.list_alternatives(items)
    ]
    singles = [leaf for leaf in leaves if "array" not in leaf.types]
    objects = tuple(schema for schema in singles if schemas.list_properties(schema))
    many_objects = tuple(schema for schema in arrays if schemas.list_properties(schema))
    may_lack_format = bool(objects) or path == "url"
    urls = tuple(
        schema
        for schema in singles
        if "string" in schema.types and (_is_uri(schema) or (may_lack_format and _is_plain(schema)))
    )
    many_urls = tuple(schema for schema in arrays if "string" in schema.types and _is_uri(schema))
    return PropertyForms(
        path=path,
        node=member,
        urls=urls or many_urls,
        objects=objects or many_objects,
        many=bool(many_urls) and not urls,
        array=bool(many_objects) and not objects,
        nullable=any("null" in leaf.types for leaf in leaves),
    )


def _is_uri(node: DocumentNode) -> bool:
    return node.get("format") in _URI


def _is_plain(node: DocumentNode) -> bool:
    return not (node.get("format") or node.get("enum") or node.get("pattern"))
