"""Properties that hold URLs, and what stands behind them.

A target is told by, in this order: `x-evconform-target` on the property (an overlay's), the schema of the object that
may stand in its place, example URLs, and the property's name.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import msgspec

from conformance.description import ids, paths
from conformance.description.schemas import Node, Schemas
from conformance.model import Link, LinkKind, Resource

_EXTERNAL_ENDS = ("icon", "logo", "logo_svg", "_url", "_link")
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


class Targets:
    """Answers what stands behind a link, knowing every resource and the hosts of the API."""

    def __init__(
        self, schemas: Schemas, resources: Iterable[Resource], base_path: str, shown: dict[str, tuple[str, ...]]
    ) -> None:
        self.schemas = schemas
        self.by_name = {each.name: each for each in resources}
        self.by_prefix = {
            each.prefix: each.name for each in self.by_name.values() if each.prefix and not each.singleton
        }
        self.by_template = {
            path: each for each in self.by_name.values() for path in (each.list_path, each.item_path) if path
        }
        self.by_schema = shown
        self.base_path = base_path
        servers = schemas.document.get("servers") or []
        self.hosts = frozenset(urlsplit(each["url"]).hostname or "" for each in servers)

    def link(self, found: Found, own: str, *, own_url: bool) -> Link:
        """The link of one property of the resource `own`; `own_url` where its top-level `url` is its own address."""
        own_link = own_url and found.path == "url"
        kind, targets = self._own(own, found) if own_link else self._target(found, own)
        return Link(
            path=found.path,
            kind=kind,
            targets=targets,
            many=found.many,
            nullable=found.nullable,
            expandable=bool(found.objects),
            own=own_link and kind is not LinkKind.EXTERNAL,
        )

    def _own(self, own: str, found: Found) -> tuple[LinkKind, tuple[str, ...]]:
        stated = self._stated(found)
        if stated:
            return stated
        examples = self._examples(found)
        if examples and not any(each.inside for each in examples):
            return LinkKind.EXTERNAL, ()
        return _kind(self.by_name[own], listed=False), (own,)

    def _target(self, found: Found, own: str) -> tuple[LinkKind, tuple[str, ...]]:
        return (
            self._stated(found)
            or self._by_objects(found, own)
            or self._by_examples(found)
            or self._by_name(found, own)
            or (LinkKind.EXTERNAL if not found.objects else LinkKind.ITEM, ())
        )

    def _stated(self, found: Found) -> tuple[LinkKind, tuple[str, ...]] | None:
        """What an overlay says: `external`, or a resource, or several."""
        word = found.node.get("x-evconform-target")
        if word is None:
            return None
        names = (word,) if isinstance(word, str) else tuple(word)
        if names == ("external",):
            return LinkKind.EXTERNAL, ()
        return _kind(self.by_name[names[0]], listed=self._plural(found, names[0])), names

    def _plural(self, found: Found, name: str) -> bool:
        """Whether a single URL under a plural name leads to the list."""
        resource = self.by_name[name]
        return not found.many and bool(resource.list_path) and (found.array or not resource.item_path)

    def _by_objects(self, found: Found, own: str) -> tuple[LinkKind, tuple[str, ...]] | None:
        for each in found.objects:
            names = self.by_schema.get(each.pointer, ())
            below = tuple(name for name in names if name.startswith(own + "."))
            if below or names:
                chosen = below or names
                return _kind(self.by_name[chosen[0]], listed=self._plural(found, chosen[0])), chosen
            identity = self.schemas.members(each).get("id")
            prefix = ids.of_pattern(self.schemas.follow(identity).get("pattern")) if identity else ""
            if prefix in self.by_prefix:
                return LinkKind.ITEM, (self.by_prefix[prefix],)
        return None

    def _examples(self, found: Found) -> list[paths.Located]:
        values = [value for node in (*found.urls, found.node) for value in node.examples]
        leaves = self.schemas.branches(found.node)
        values += [value for leaf in leaves if "array" in leaf.types for value in leaf.examples]
        flat = [value for each in values for value in (each if isinstance(each, list) else [each])]
        located = [paths.locate(value, self.hosts, self.base_path) for value in flat if isinstance(value, str)]
        return [each for each in located if each]

    def _by_examples(self, found: Found) -> tuple[LinkKind, tuple[str, ...]] | None:
        examples = self._examples(found)
        for each in examples:
            if not each.inside:
                continue
            resource = self.by_template.get(template := paths.match(each.segments, self.by_template))
            if resource:
                return _kind(resource, listed=template == resource.list_path), (resource.name,)
            prefix = ids.of_examples(each.segments[-1:]) if not each.query else ""
            if prefix in self.by_prefix:
                return LinkKind.ITEM, (self.by_prefix[prefix],)
        if examples and not any(each.inside for each in examples):
            return LinkKind.EXTERNAL, ()
        return None

    def _by_name(self, found: Found, own: str) -> tuple[LinkKind, tuple[str, ...]] | None:
        """By the words of the name, the whole first: `preferred_vehicle` is a vehicle.

        A nested `url` beside an `id` is the address of what the property around it names.
        """
        name = found.name
        if name == "url" and "." in found.path and found.identified:
            name = paths.singular(found.path.split(".")[-2].removesuffix("[]").lower())
        words = name.removesuffix("_collection").split("_")
        for start in range(len(words)):
            word = "_".join(words[start:])
            for form in (word, paths.plural(word)):
                hit = self._named(form, own)
                if hit:
                    listed = form == word and not found.many and bool(hit.list_path)
                    return _kind(hit, listed=listed), (hit.name,)
        return None

    def _named(self, form: str, own: str) -> Resource | None:
        """A resource below the own one, beside it, of that name, or of its family (`evse_` + `makes`)."""
        top = paths.singular(own.partition(".")[0])
        stems = ["_".join(top.split("_")[:end]) for end in range(len(top.split("_")), 0, -1)]
        parent = self.by_name[own].parent if own in self.by_name else ""
        names = [
            f"{own}.{form}",
            *([f"{parent}.{form}"] if parent else []),
            form,
            *(f"{stem}_{form}" for stem in stems),
        ]
        return next((self.by_name[name] for name in names if name in self.by_name), None)


def _kind(resource: Resource, *, listed: bool) -> LinkKind:
    if resource.singleton:
        return LinkKind.SINGLETON
    return LinkKind.LIST if listed else LinkKind.ITEM


def expected_external(path: str) -> bool:
    """Whether the name alone says that the link leads outside: icons, logos, portals."""
    return path.rpartition(".")[2].endswith(_EXTERNAL_ENDS) or path.endswith("url")
