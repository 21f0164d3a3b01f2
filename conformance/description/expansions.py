"""Documented values of `expand`, each followed through the schemas to the object that it brings."""

from collections.abc import Iterable

import msgspec

from conformance.description.links import Found, properties, shape
from conformance.description.schemas import Node, Schemas
from conformance.description.targets import Targets
from conformance.model import Expansion, Parameter


def values(parameter: Parameter) -> tuple[str, ...]:
    """The paths that an `expand` parameter documents: the enum of the array's items, or of the string."""
    schema = parameter.schema
    items = schema.get("items")
    enum = (items if isinstance(items, dict) else {}).get("enum") or schema.get("enum") or ()
    return tuple(str(value) for value in enum)


class Expander:
    """Follows expansion paths; knows the link properties of every schema it has met."""

    def __init__(self, schemas: Schemas, targets: Targets) -> None:
        self.schemas = schemas
        self.targets = targets
        self._found: dict[str, dict[str, Found]] = {}

    def expansions(self, paths: Iterable[str], item: Node, own: str) -> tuple[Expansion, ...]:
        """What each path leads to, from one item of the resource `own`."""
        return tuple(self._follow(path, item, own) for path in paths)

    def _follow(self, path: str, item: Node, own: str) -> Expansion:
        within = ""
        start = item
        if path.partition(".")[0] not in self.schemas.members(item):
            within, start = self._array_with(item, path.partition(".")[0])
        expansion = self._walk(path, start, own)
        return msgspec.structs.replace(expansion, within=within)

    def _array_with(self, item: Node, name: str) -> tuple[str, Node]:
        """The array of the item whose members have a property of that name."""
        for key, member in self.schemas.members(item).items():
            found = shape(self.schemas, member, key)
            for each in found.objects:
                if found.array and name in self.schemas.members(each):
                    return key + "[]", each
        return "", item

    def _walk(self, path: str, node: Node, own: str) -> Expansion:
        unresolved = Expansion(path=path, resolvable=False)
        at = ""
        names = path.split(".")
        for index, name in enumerate(names):
            at = f"{at}.{name}" if at else name
            last = index == len(names) - 1
            found = self._properties(node).get(at) or self._plain(node, at)
            if found is None:
                return unresolved
            if not found.urls and not last:
                continue
            if not found.objects:
                return unresolved
            target = self.targets.link(found, own, own_url=False).targets if found.urls else ()
            if last:
                many = found.many or found.array
                return Expansion(path, target[0] if target else "", found.objects[0].pointer, many=many)
            node, own, at = found.objects[0], target[0] if target else "", ""
        return unresolved

    def _properties(self, node: Node) -> dict[str, Found]:
        if node.pointer not in self._found:
            found = properties(self.schemas, node)
            self._found[node.pointer] = {each.path.replace("[]", ""): each for each in found}
        return self._found[node.pointer]

    def _plain(self, node: Node, path: str) -> Found | None:
        """A property that is no link: a nested object on the way, or objects that stand where null stood."""
        member: Node | None = None
        for name in path.split("."):
            found = [node] if member is None else list(shape(self.schemas, member, path).objects)
            member = next((m[name] for each in found if name in (m := self.schemas.members(each))), None)
            if member is None:
                return None
        return shape(self.schemas, member, path) if member else None
