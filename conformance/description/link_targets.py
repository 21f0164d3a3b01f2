"""The targets of links.

They are found by, in this order: `x-evconform-target` on the property (set by an overlay), the schema of the object
that may stand in its place, example URLs, and the property's name. A link that none of them explains leads outside the
API.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from conformance.description import api, id_prefixes, path_templates
from conformance.description.links import PropertyForms
from conformance.description.schemas import Schemas
from conformance.errors import DescriptionError
from conformance.model import Link, LinkKind, Resource

_Target = tuple[LinkKind, tuple[str, ...]]
_OUTSIDE: _Target = (LinkKind.EXTERNAL, ())
_OUTSIDE_NAMES = ("icon", "logo", "logo_svg", "url", "_link")


class LinkTargetFinder:
    """Finds what stands behind a link, from every resource and the hosts of the API."""

    def __init__(
        self, schemas: Schemas, by_name: Mapping[str, Resource], by_schema: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.schemas = schemas
        self.by_name = by_name
        self.by_schema = by_schema
        self.by_prefix = {
            resource.prefix: resource.name
            for resource in self.by_name.values()
            if resource.prefix and not resource.singleton
        }
        self.by_template = {
            path: resource
            for resource in self.by_name.values()
            for path in (resource.list_path, resource.item_path)
            if path
        }
        self.base_path = api.find_base_path(schemas.document)
        urls = api.list_server_urls(schemas.document)
        self.hosts = frozenset(host for url in urls if (host := urlsplit(url).hostname))

    def resolve_link(self, forms: PropertyForms, own: str, *, own_url: bool) -> Link:
        """Return the link of a property of the resource `own`; `own_url` if its top-level `url` is its own address."""
        own_link = own_url and forms.path == "url"
        kind, targets = self._find_own_target(own, forms) if own_link else self._find_target(forms, own)
        return Link(
            path=forms.path,
            kind=kind,
            targets=targets,
            many=forms.many,
            nullable=forms.nullable,
            expandable=bool(forms.objects),
            own=own_link and kind is not LinkKind.EXTERNAL,
        )

    def _find_own_target(self, own: str, forms: PropertyForms) -> _Target:
        """Return the resource itself, unless an overlay or examples of its address contradict that.

        Examples on another host with the same path show another deployment of the API, and count as the resource.
        """
        resource = self.by_name[own]
        examples = self._locate_examples(forms)
        start = path_templates.split_path(resource.item_path or resource.list_path)[:1]
        is_ours = any(
            example.is_inside or example.segments[:1] == start or self._match_template(example) for example in examples
        )
        return self._read_stated(forms) or (
            _OUTSIDE if examples and not is_ours else (_link_kind(resource, listed=False), (own,))
        )

    def _match_template(self, example: path_templates.LocatedUrl) -> str:
        return path_templates.find_best_template(example.segments, self.by_template) if example.segments else ""

    def _find_target(self, forms: PropertyForms, own: str) -> _Target:
        return (
            self._read_stated(forms)
            or self._find_by_objects(forms, own)
            or self._find_by_examples(forms)
            or self._find_by_name(forms, own)
            or ((LinkKind.ITEM, ()) if forms.objects else _OUTSIDE)
        )

    def _read_stated(self, forms: PropertyForms) -> _Target | None:
        """Return what an overlay states: `external`, or one resource or several."""
        stated = forms.node.get("x-evconform-target")
        if stated is None:
            return None
        names = (stated,) if isinstance(stated, str) else tuple(stated)
        if names == ("external",):
            return _OUTSIDE
        unknown = [name for name in names if name not in self.by_name]
        if unknown:
            raise DescriptionError(
                f"{forms.node.pointer}: x-evconform-target names {', '.join(unknown)}, which is not a resource",
                hint="Correct the overlay; `evconform description show` lists the resources",
            )
        return _link_kind(self.by_name[names[0]], listed=self._is_list(forms, names[0])), names

    def _is_list(self, forms: PropertyForms, name: str) -> bool:
        """Return whether a single URL under a plural name leads to the list."""
        resource = self.by_name[name]
        return not forms.many and bool(resource.list_path) and (forms.array or not resource.item_path)

    def _find_by_objects(self, forms: PropertyForms, own: str) -> _Target | None:
        for schema in forms.objects:
            names = self.by_schema.get(schema.pointer, ())
            nested = tuple(name for name in names if name.startswith(own + "."))
            if nested or names:
                chosen = nested or names
                return _link_kind(self.by_name[chosen[0]], listed=self._is_list(forms, chosen[0])), chosen
            id_property = self.schemas.list_properties(schema).get("id")
            prefix = (
                id_prefixes.read_prefix_of_pattern(self.schemas.follow_references(id_property).get("pattern"))
                if id_property
                else ""
            )
            if prefix in self.by_prefix:
                return LinkKind.ITEM, (self.by_prefix[prefix],)
        return None

    def _locate_examples(self, forms: PropertyForms) -> list[path_templates.LocatedUrl]:
        values = [value for node in (*forms.urls, forms.node) for value in node.examples]
        leaves = self.schemas.list_alternatives(forms.node)
        values += [value for leaf in leaves if "array" in leaf.types for value in leaf.examples]
        urls = [url for example in values for url in (example if isinstance(example, list) else [example])]
        located = [path_templates.locate_url(url, self.hosts, self.base_path) for url in urls if isinstance(url, str)]
        return [example for example in located if example]

    def _find_by_examples(self, forms: PropertyForms) -> _Target | None:
        for example in self._locate_examples(forms):
            if not example.is_inside:
                continue
            resource = self.by_template.get(template := self._match_template(example))
            if resource:
                return _link_kind(resource, listed=template == resource.list_path), (resource.name,)
            prefix = id_prefixes.find_prefix_of_examples(example.segments[-1:]) if not example.has_query else ""
            if prefix in self.by_prefix:
                return LinkKind.ITEM, (self.by_prefix[prefix],)
        return None

    def _find_by_name(self, forms: PropertyForms, own: str) -> _Target | None:
        """Find the target by the words of the name, the whole name first: `preferred_vehicle` is a vehicle.

        A nested `url` beside an `id` is the address of what the property around it names.
        """
        name = forms.name
        if name == "url" and "." in forms.path and forms.identified:
            name = path_templates.singularize(forms.path.split(".")[-2].removesuffix("[]").lower())
        words = name.removesuffix("_collection").split("_")
        for start in range(len(words)):
            word = "_".join(words[start:])
            for form in (word, path_templates.pluralize(word)):
                resource = self._find_resource(form, own)
                if resource:
                    listed = form == word and not forms.many and bool(resource.list_path)
                    return _link_kind(resource, listed=listed), (resource.name,)
        return None

    def _find_resource(self, form: str, own: str) -> Resource | None:
        """Find a resource below the own one, beside it, of that name, or of its family (`evse_` + `makes`)."""
        top = path_templates.singularize(own.partition(".")[0])
        stems = ["_".join(top.split("_")[:end]) for end in range(len(top.split("_")), 0, -1)]
        parent = self.by_name[own].parent if own in self.by_name else ""
        names = [
            f"{own}.{form}",
            *([f"{parent}.{form}"] if parent else []),
            form,
            *(f"{stem}_{form}" for stem in stems),
        ]
        return next((self.by_name[name] for name in names if name in self.by_name), None)


def _link_kind(resource: Resource, *, listed: bool) -> LinkKind:
    if resource.singleton:
        return LinkKind.SINGLETON
    return LinkKind.LIST if listed else LinkKind.ITEM


def is_target_unknown(link: Link) -> bool:
    """Return whether a link has no target, although its name does not suggest that it leads outside, as `icon` does."""
    return not link.targets and not (link.kind is LinkKind.EXTERNAL and link.path.endswith(_OUTSIDE_NAMES))
