"""The links of a record, drawn to its parent, its children, records of the same owner, and lists about it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from conformance.mock_server.world.schema_compiler import UNKNOWN
from conformance.mock_server.world.shape import LinkEnd, WorldShape
from conformance.mock_server.world.store import RecordStore, Ref, StoredRecord
from conformance.model import KeyKind, Link, LinkKind

_EVERY, _NULL_AT = 7, 4


class LinkDrawer:
    """Draws the links of records, property by property."""

    def __init__(self, shape: WorldShape, store: RecordStore) -> None:
        self._shape = shape
        self._store = store
        self._by_path: dict[str, dict[str, Link]] = {
            name: {link.path: link for link in resource.links if link.kind is not LinkKind.EXTERNAL}
            for name, resource in shape.resources.items()
        }
        self._drawn: dict[tuple[str, str], int] = {}
        self._ordinals: dict[str, int] = {}

    def copy(self, store: RecordStore) -> "LinkDrawer":
        """Return a drawer that goes on like this one, with the records of another store."""
        drawer = LinkDrawer(self._shape, store)
        drawer._drawn, drawer._ordinals = dict(self._drawn), dict(self._ordinals)
        return drawer

    def take_ordinal(self, record: StoredRecord) -> int:
        """Return the position of a record among all of its resource, counted in the order of the calls."""
        self._ordinals[record.resource] = self._ordinals.get(record.resource, -1) + 1
        return self._ordinals[record.resource]

    def create_link_function(self, record: StoredRecord, ordinal: int) -> Callable[[str], Any]:
        """Return a function from the path of a property to its link, or to UNKNOWN where it holds none."""
        known = self._by_path[record.resource]
        resource = self._shape.resources[record.resource]

        def link(path: str) -> Any:
            known_link = known.get(path)
            if known_link is not None:
                return (
                    Ref(record.path) if known_link.own and record.path else self.draw_link(record, known_link, ordinal)
                )
            is_key = path == resource.key_field and resource.key_kind is not KeyKind.NAME
            return record.key if is_key and record.key else UNKNOWN

        return link

    def draw_link(self, record: StoredRecord, link: Link, ordinal: int) -> Any:
        """Return the target of a link of a record; null where no record fits and the link may be null."""
        if link.kind is LinkKind.LIST:
            return self.build_list_link(record, link)
        if LinkEnd(record.resource, link.path) in self._shape.mirrored_links:
            return [] if link.many else None
        for target in link.targets:
            relatives = self._find_relatives(record, target)
            if relatives is not None:
                refs = [Ref(relative.path) for relative in relatives]
                return refs if link.many else next(reversed(refs), None)
        pool = self.list_candidates(record, link.targets)
        if not pool or (link.nullable and not link.many and ordinal % _EVERY == _NULL_AT):
            return [] if link.many else None
        if link.many:
            return self._draw_several(pool, ordinal)
        return Ref(self._take_next(record, link, pool).path)

    def list_candidates(self, record: StoredRecord, targets: tuple[str, ...]) -> list[StoredRecord]:
        """Return the records that a link of a record may point to: those of its owner, and shared ones."""
        candidates: list[StoredRecord] = []
        for target in targets:
            candidates += [
                candidate
                for candidate in self._store.iterate_records(target)
                if record.owner is None or candidate.owner in {None, record.owner}
            ]
        return candidates

    def _take_next(self, record: StoredRecord, link: Link, pool: list[StoredRecord]) -> StoredRecord:
        """Return the next record of the pool, per owner, so that each is linked once before one is linked twice."""
        turn = (f"{record.resource} {link.path}", record.owner or "")
        self._drawn[turn] = self._drawn.get(turn, -1) + 1
        return pool[self._drawn[turn] % len(pool)]

    def _draw_several(self, pool: list[StoredRecord], ordinal: int) -> list[Ref]:
        size = min(len(pool), 1 + ordinal % 3)
        return [Ref(pool[(ordinal + step) % len(pool)].path) for step in range(size)]

    def _find_relatives(self, record: StoredRecord, target: str) -> list[StoredRecord] | None:
        """Return related records: the parent or one above it, or the children; None where the target is not related."""
        above = record.parent
        while above is not None:
            if above.resource == target:
                return [above]
            above = above.parent
        if self._shape.is_below(target, record.resource):
            parents = [child for child in self._store.list_children(record) if child.resource == target]
            return sorted(parents, key=lambda child: child.key)
        sibling = self._shape.resources[target]
        if record.parent is not None and sibling.parent == self._shape.resources[record.resource].parent:
            return list(self._store.get_collection(target, record.parent.path)) or None
        return None

    def build_list_link(self, record: StoredRecord, link: Link) -> Any:
        """Return the address of a list about a record: below it, or at the root with the filter that names it."""
        for target in link.targets:
            resource = self._shape.resources[target]
            own = self._shape.resources[record.resource]
            if own.item_path and resource.list_path.startswith(own.item_path + "/"):
                return Ref(record.path + resource.list_path[len(own.item_path) :])
            operation = self._shape.lists_by_resource.get(target)
            for query_filter in operation.filters if operation else ():
                if query_filter.by_id_of == record.resource:
                    return Ref(f"{resource.list_path}?{query_filter.parameter}={quote(record.key)}")
            return Ref(resource.list_path)
        return UNKNOWN
