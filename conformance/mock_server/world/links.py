"""Draws the links of a record: to its parent, its children, records of the same owner, and lists about it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from conformance.mock_server.world.schemas import UNKNOWN
from conformance.mock_server.world.shape import End, Shape
from conformance.mock_server.world.store import Record, Ref, Store
from conformance.model import KeyKind, Link, LinkKind

_EVERY, _NULL_AT = 7, 4


class Links:
    """Answers what a record's property links to, property by property."""

    def __init__(self, shape: Shape, store: Store) -> None:
        self._shape = shape
        self._store = store
        self._by_path: dict[str, dict[str, Link]] = {
            name: {link.path: link for link in each.links if link.kind is not LinkKind.EXTERNAL}
            for name, each in shape.resources.items()
        }
        self._drawn: dict[tuple[str, str], int] = {}
        self._ordinals: dict[str, int] = {}

    def ordinal(self, record: Record) -> int:
        """The place of a record among all of its kind, counted as they are asked for."""
        self._ordinals[record.resource] = self._ordinals.get(record.resource, -1) + 1
        return self._ordinals[record.resource]

    def of(self, record: Record, ordinal: int) -> Callable[[str], Any]:
        """A function from the path of a property to its link, or to UNKNOWN where it holds none."""
        known = self._by_path[record.resource]
        resource = self._shape.resources[record.resource]

        def link(path: str) -> Any:
            found = known.get(path)
            if found is not None:
                return Ref(record.path) if found.own and record.path else self.draw(record, found, ordinal)
            return record.key if path == resource.key_field and resource.key_kind is not KeyKind.NAME else UNKNOWN

        return link

    def draw(self, record: Record, link: Link, ordinal: int) -> Any:
        """What a link of a record points to; null where nothing fits and it may be null."""
        if link.kind is LinkKind.LIST:
            return self.list_link(record, link)
        if End(record.resource, link.path) in self._shape.mirrors:
            return [] if link.many else None
        for target in link.targets:
            found = self._near(record, target)
            if found is not None:
                return [Ref(each.path) for each in found] if link.many else Ref(found[-1].path) if found else None
        pool = self.pool(record, link.targets)
        if not pool or (link.nullable and not link.many and ordinal % _EVERY == _NULL_AT):
            return [] if link.many else None
        if link.many:
            return self._share(pool, ordinal)
        return Ref(self._next(record, link, pool).path)

    def pool(self, record: Record, targets: tuple[str, ...]) -> list[Record]:
        """The records that a link of a record may point to: those of its owner, and shared ones."""
        found: list[Record] = []
        for target in targets:
            found += [e for e in self._store.all(target) if record.owner is None or e.owner in {None, record.owner}]
        return found

    def _next(self, record: Record, link: Link, pool: list[Record]) -> Record:
        """Each in turn, per owner, so that every member of a collection is linked before one is linked twice."""
        turn = (f"{record.resource} {link.path}", record.owner or "")
        self._drawn[turn] = self._drawn.get(turn, -1) + 1
        return pool[self._drawn[turn] % len(pool)]

    def _share(self, pool: list[Record], ordinal: int) -> list[Ref]:
        size = min(len(pool), 1 + ordinal % 3)
        return [Ref(pool[(ordinal + step) % len(pool)].path) for step in range(size)]

    def _near(self, record: Record, target: str) -> list[Record] | None:
        """Records of the family: the parent or one above it, or the children; None where the target is no relative."""
        above = record.parent
        while above is not None:
            if above.resource == target:
                return [above]
            above = above.parent
        if self._shape.below(target, record.resource):
            parents = [each for each in self._store.children(record) if each.resource == target]
            return sorted(parents, key=lambda each: each.key)
        sibling = self._shape.resources[target]
        if record.parent is not None and sibling.parent == self._shape.resources[record.resource].parent:
            return list(self._store.collection(target, record.parent.path)) or None
        return None

    def list_link(self, record: Record, link: Link) -> Any:
        """The address of a list about a record: below it, or at the root with the filter that names it."""
        for target in link.targets:
            resource = self._shape.resources[target]
            own = self._shape.resources[record.resource]
            if own.item_path and resource.list_path.startswith(own.item_path + "/"):
                return Ref(record.path + resource.list_path[len(own.item_path) :])
            operation = self._shape.lists.get(target)
            for each in operation.filters if operation else ():
                if each.by_id_of == record.resource:
                    return Ref(f"{resource.list_path}?{each.parameter}={quote(record.key)}")
            return Ref(resource.list_path)
        return UNKNOWN
