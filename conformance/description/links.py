"""Properties that hold URLs: which ones of a schema do, and what may stand in their place."""

from collections.abc import Iterator

import msgspec

from conformance.description.schemas import Node, Schemas

_URI = frozenset({"uri", "uri-reference", "iri", "iri-reference"})


class Found(msgspec.Struct, frozen=True):
    """A property that may hold a URL. `objects` are the schemas that may stand in its place.

    `many` where the property holds an array of URLs, `array` where the objects stand in an array; `identified` where
    the object around the property has an `id`.
    """

    path: str
    node: Node
    urls: tuple[Node, ...]
    objects: tuple[Node, ...]
    many: bool
    array: bool
    nullable: bool
    identified: bool = False

    @property
    def name(self) -> str:
        """The last property of the path."""
        return self.path.rpartition(".")[2].removesuffix("[]")


def properties(schemas: Schemas, node: Node, prefix: str = "", seen: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Every link property of an item's schema, nested objects and arrays included, expanded objects not entered."""
    if node.pointer in seen:
        return
    inside = seen | {node.pointer}
    members = schemas.members(node)
    for name, member in members.items():
        found = shape(schemas, member, prefix + name)
        if found.urls:
            yield msgspec.structs.replace(found, identified="id" in members)
            continue
        for child in found.objects:
            yield from properties(schemas, child, prefix + name + ("[]." if found.array else "."), inside)


def fields(schemas: Schemas, body: Node) -> Iterator[str]:
    """The path of every property that a body can show, nested objects and arrays included, links not followed."""
    whole = shape(schemas, body, "")
    for each in whole.objects:
        yield from _fields(schemas, each, "[]." if whole.array else "", frozenset())


def _fields(schemas: Schemas, node: Node, prefix: str, seen: frozenset[str]) -> Iterator[str]:
    if node.pointer in seen:
        return
    for name, member in schemas.members(node).items():
        yield prefix + name
        found = shape(schemas, member, prefix + name)
        for child in () if found.urls else found.objects:
            yield from _fields(schemas, child, prefix + name + ("[]." if found.array else "."), seen | {node.pointer})


def shape(schemas: Schemas, member: Node, path: str) -> Found:
    """How a property may look: URLs, objects, arrays of either, null.

    A string without format counts as URL where an object may stand in its place, or where the property is `url`.
    """
    leaves = schemas.branches(member)
    arrays = [leaf for each in leaves if (items := schemas.items(each)) for leaf in schemas.branches(items)]
    singles = [each for each in leaves if "array" not in each.types]
    objects = tuple(each for each in singles if schemas.members(each))
    many_objects = tuple(each for each in arrays if schemas.members(each))
    loose = bool(objects) or path == "url"
    urls = tuple(each for each in singles if "string" in each.types and (_is_uri(each) or (loose and _is_plain(each))))
    many_urls = tuple(each for each in arrays if "string" in each.types and _is_uri(each))
    return Found(
        path=path,
        node=member,
        urls=urls or many_urls,
        objects=objects or many_objects,
        many=bool(many_urls) and not urls,
        array=bool(many_objects) and not objects,
        nullable=any("null" in each.types for each in leaves),
    )


def _is_uri(node: Node) -> bool:
    return node.get("format") in _URI


def _is_plain(node: Node) -> bool:
    return not (node.get("format") or node.get("enum") or node.get("pattern"))
