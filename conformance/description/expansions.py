"""Documented values of `expand`, each followed through the schemas to the object that it expands."""

from collections.abc import Iterable, Iterator

import msgspec

from conformance.description import prose
from conformance.description.link_targets import LinkTargetFinder
from conformance.description.links import PropertyForms, find_link_properties, read_property_forms
from conformance.description.overlays import READINGS
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Expansion, Parameter, Reading

SCOPED_EXPANSION = "scope of expand"
"""What a reading is about that says whether a token may see an expansion."""


def list_documented_paths(parameter: Parameter) -> tuple[str, ...]:
    """Return the paths that an `expand` parameter documents: the enum of the array's items, or of the string."""
    schema = parameter.schema
    items = schema.get("items")
    enum = (items if isinstance(items, dict) else {}).get("enum") or schema.get("enum") or ()
    return tuple(str(value) for value in enum)


def read_readings(node: DocumentNode) -> tuple[Reading, ...]:
    """Return the readings that overlays have chosen at a place of the document."""
    marks = node.get(READINGS) or {}
    return tuple(Reading(about, texts["chosen"], texts["published"]) for about, texts in marks.items())


def _read_scope(node: DocumentNode, name: str) -> Iterator[Reading]:
    """Yield the two readings of an expansion of which the text requires a scope: tokens have it, or not."""
    if scope := prose.find_needed_scope(str(node.get("description") or "")):
        yield Reading(
            SCOPED_EXPANSION,
            f"The token has the scope {scope}, which {name} requires by its text.",
            f"The token does not have the scope {scope}.",
        )


class ExpansionResolver:
    """Resolves expansion paths; remembers the link properties of every schema it has met."""

    def __init__(self, schemas: Schemas, targets: LinkTargetFinder) -> None:
        self.schemas = schemas
        self.targets = targets
        self._known_properties: dict[str, dict[str, PropertyForms]] = {}

    def resolve_expansions(self, paths: Iterable[str], item: DocumentNode, own: str) -> tuple[Expansion, ...]:
        """Resolve each path, starting at one item of the resource `own`."""
        return tuple(self._resolve_expansion(path, item, own) for path in paths)

    def _resolve_expansion(self, path: str, item: DocumentNode, own: str) -> Expansion:
        within = ""
        start = item
        if path.partition(".")[0] not in self.schemas.list_properties(item):
            within, start = self._find_array(item, path.partition(".")[0])
        expansion = self._resolve_path(path, start, own)
        return msgspec.structs.replace(expansion, within=within)

    def _find_array(self, item: DocumentNode, name: str) -> tuple[str, DocumentNode]:
        """Return the path and schema of the array members that have a property of that name."""
        for key, member in self.schemas.list_properties(item).items():
            forms = read_property_forms(self.schemas, member, key)
            for object_schema in forms.objects:
                if forms.array and name in self.schemas.list_properties(object_schema):
                    return key + "[]", object_schema
        return "", item

    def _resolve_path(self, path: str, node: DocumentNode, own: str) -> Expansion:
        unresolved = Expansion(path=path, resolvable=False)
        position = ""
        readings: list[Reading] = []
        names = path.split(".")
        for index, name in enumerate(names):
            position = f"{position}.{name}" if position else name
            is_last = index == len(names) - 1
            forms = self._find_link_properties(node).get(position) or self._find_plain_property(node, position)
            if forms is None:
                return unresolved
            readings += [reading for reading in read_readings(forms.node) if reading.about == "expand"]
            readings += _read_scope(forms.node, name)
            if not forms.urls and not is_last:
                continue
            if not forms.objects:
                return unresolved
            target = self.targets.resolve_link(forms, own, own_url=False).targets if forms.urls else ()
            if is_last:
                many = forms.many or forms.array
                return Expansion(
                    path,
                    target[0] if target else "",
                    forms.objects[0].pointer,
                    many=many,
                    reading=next(iter(readings), None),
                )
            node, own, position = forms.objects[0], target[0] if target else "", ""
        return unresolved

    def _find_link_properties(self, node: DocumentNode) -> dict[str, PropertyForms]:
        if node.pointer not in self._known_properties:
            link_properties = find_link_properties(self.schemas, node)
            self._known_properties[node.pointer] = {
                link_property.path.replace("[]", ""): link_property for link_property in link_properties
            }
        return self._known_properties[node.pointer]

    def _find_plain_property(self, node: DocumentNode, path: str) -> PropertyForms | None:
        """Return a property that is not a link, or None.

        It may be a nested object on the way, or a property that is null until it is expanded.
        """
        member: DocumentNode | None = None
        for name in path.split("."):
            holders = [node] if member is None else list(read_property_forms(self.schemas, member, path).objects)
            member = next(
                (
                    properties[name]
                    for holder in holders
                    if name in (properties := self.schemas.list_properties(holder))
                ),
                None,
            )
            if member is None:
                return None
        return read_property_forms(self.schemas, member, path) if member else None
