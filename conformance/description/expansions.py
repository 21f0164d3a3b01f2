"""Documented values of `expand`, each followed through the schemas to the object that it expands."""

from collections.abc import Iterable

import msgspec

from conformance.description.link_targets import Targets
from conformance.description.links import Found, properties, shape
from conformance.description.schemas import Node, Schemas
from conformance.model import Expansion, Parameter


def values(parameter: Parameter) -> tuple[str, ...]:
    """Return the paths that an `expand` parameter documents: the enum of the array's items, or of the string."""
    schema = parameter.schema
    items = schema.get("items")
    enum = (items if isinstance(items, dict) else {}).get("enum") or schema.get("enum") or ()
    return tuple(str(value) for value in enum)


class Expander:
    """Resolves expansion paths; remembers the link properties of every schema it has met."""

    def __init__(self, schemas: Schemas, targets: Targets) -> None:
        self.schemas = schemas
        self.targets = targets
        self._known_properties: dict[str, dict[str, Found]] = {}

    def expansions(self, paths: Iterable[str], item: Node, own: str) -> tuple[Expansion, ...]:
        """Resolve each path, starting at one item of the resource `own`."""
        return tuple(self._resolve_expansion(path, item, own) for path in paths)

    def _resolve_expansion(self, path: str, item: Node, own: str) -> Expansion:
        within = ""
        start = item
        if path.partition(".")[0] not in self.schemas.members(item):
            within, start = self._find_array(item, path.partition(".")[0])
        expansion = self._resolve_path(path, start, own)
        return msgspec.structs.replace(expansion, within=within)

    def _find_array(self, item: Node, name: str) -> tuple[str, Node]:
        """Return the path and schema of the array members that have a property of that name."""
        for key, member in self.schemas.members(item).items():
            forms = shape(self.schemas, member, key)
            for object_schema in forms.objects:
                if forms.array and name in self.schemas.members(object_schema):
                    return key + "[]", object_schema
        return "", item

    def _resolve_path(self, path: str, node: Node, own: str) -> Expansion:
        unresolved = Expansion(path=path, resolvable=False)
        position = ""
        names = path.split(".")
        for index, name in enumerate(names):
            position = f"{position}.{name}" if position else name
            is_last = index == len(names) - 1
            forms = self._find_link_properties(node).get(position) or self._find_plain_property(node, position)
            if forms is None:
                return unresolved
            if not forms.urls and not is_last:
                continue
            if not forms.objects:
                return unresolved
            target = self.targets.link(forms, own, own_url=False).targets if forms.urls else ()
            if is_last:
                many = forms.many or forms.array
                return Expansion(path, target[0] if target else "", forms.objects[0].pointer, many=many)
            node, own, position = forms.objects[0], target[0] if target else "", ""
        return unresolved

    def _find_link_properties(self, node: Node) -> dict[str, Found]:
        if node.pointer not in self._known_properties:
            link_properties = properties(self.schemas, node)
            self._known_properties[node.pointer] = {
                link_property.path.replace("[]", ""): link_property for link_property in link_properties
            }
        return self._known_properties[node.pointer]

    def _find_plain_property(self, node: Node, path: str) -> Found | None:
        """Return a property that is not a link, or None.

        It may be a nested object on the way, or a property that is null until it is expanded.
        """
        member: Node | None = None
        for name in path.split("."):
            holders = [node] if member is None else list(shape(self.schemas, member, path).objects)
            member = next(
                (properties[name] for holder in holders if name in (properties := self.schemas.members(holder))), None
            )
            if member is None:
                return None
        return shape(self.schemas, member, path) if member else None
