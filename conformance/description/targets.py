"""What stands behind a link.

Told by, in this order: `x-evconform-target` on the property (an overlay's), the schema of the object that may stand in
its place, example URLs, and the property's name. What none of them tells is outside the API.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from conformance.description import api, ids, paths
from conformance.description.links import Found
from conformance.description.schemas import Schemas
from conformance.errors import DescriptionError
from conformance.model import Link, LinkKind, Resource

Answer = tuple[LinkKind, tuple[str, ...]]
_OUTSIDE: Answer = (LinkKind.EXTERNAL, ())
_OUTSIDE_NAMES = ("icon", "logo", "logo_svg", "url", "_link")


class Targets:
    """Answers what stands behind a link, knowing every resource and the hosts of the API."""

    def __init__(
        self, schemas: Schemas, by_name: Mapping[str, Resource], by_schema: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.schemas = schemas
        self.by_name = by_name
        self.by_schema = by_schema
        self.by_prefix = {
            each.prefix: each.name for each in self.by_name.values() if each.prefix and not each.singleton
        }
        self.by_template = {
            path: each for each in self.by_name.values() for path in (each.list_path, each.item_path) if path
        }
        self.base_path = api.base_path(schemas.document)
        servers = schemas.document.get("servers") or []
        self.hosts = frozenset(host for each in servers if (host := urlsplit(each["url"]).hostname))

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

    def _own(self, own: str, found: Found) -> Answer:
        """The resource itself, unless an overlay or examples of its address say otherwise.

        Examples on another host are of another copy of the API where their path is alike.
        """
        resource = self.by_name[own]
        examples = self._examples(found)
        start = paths.segments(resource.item_path or resource.list_path)[:1]
        mine = any(each.inside or each.segments[:1] == start or self._template(each) for each in examples)
        return self._stated(found) or (_OUTSIDE if examples and not mine else (_kind(resource, listed=False), (own,)))

    def _template(self, example: paths.Located) -> str:
        return paths.match(example.segments, self.by_template) if example.segments else ""

    def _target(self, found: Found, own: str) -> Answer:
        return (
            self._stated(found)
            or self._by_objects(found, own)
            or self._by_examples(found)
            or self._by_name(found, own)
            or ((LinkKind.ITEM, ()) if found.objects else _OUTSIDE)
        )

    def _stated(self, found: Found) -> Answer | None:
        """What an overlay says: `external`, or a resource, or several."""
        word = found.node.get("x-evconform-target")
        if word is None:
            return None
        names = (word,) if isinstance(word, str) else tuple(word)
        if names == ("external",):
            return _OUTSIDE
        unknown = [name for name in names if name not in self.by_name]
        if unknown:
            raise DescriptionError(
                f"{found.node.pointer}: x-evconform-target names {', '.join(unknown)}, which is no resource.",
                hint="Correct the overlay; `evconform description show` lists the resources.",
            )
        return _kind(self.by_name[names[0]], listed=self._plural(found, names[0])), names

    def _plural(self, found: Found, name: str) -> bool:
        """Whether a single URL under a plural name leads to the list."""
        resource = self.by_name[name]
        return not found.many and bool(resource.list_path) and (found.array or not resource.item_path)

    def _by_objects(self, found: Found, own: str) -> Answer | None:
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

    def _by_examples(self, found: Found) -> Answer | None:
        for each in self._examples(found):
            if not each.inside:
                continue
            resource = self.by_template.get(template := self._template(each))
            if resource:
                return _kind(resource, listed=template == resource.list_path), (resource.name,)
            prefix = ids.of_examples(each.segments[-1:]) if not each.query else ""
            if prefix in self.by_prefix:
                return LinkKind.ITEM, (self.by_prefix[prefix],)
        return None

    def _by_name(self, found: Found, own: str) -> Answer | None:
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


def doubtful(link: Link) -> bool:
    """Whether a link has no target though its name does not say that it leads outside, as an icon's does."""
    return not link.targets and not (link.kind is LinkKind.EXTERNAL and link.path.endswith(_OUTSIDE_NAMES))
