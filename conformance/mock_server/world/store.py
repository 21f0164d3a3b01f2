"""The records of a world, in collections that stay sorted, found by path, and changed by three methods only.

A record's data is JSON in which every link inside the API is a `Ref`: a path below the base URL, so that one world
serves under any host. Lists are cut by bisection: the cost of a page does not grow with its collection.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal


class Ref(str):
    """A link to a resource of this API: its path below the base URL, query included."""

    __slots__ = ()


def make_links_absolute(value: Any, base: str) -> Any:
    """Return a copy of JSON data with every link made absolute below a base URL."""
    kind = type(value)
    if kind is Ref:
        return base + value
    if kind is dict:
        return {key: make_links_absolute(item, base) for key, item in value.items()}
    if kind is list:
        return [make_links_absolute(item, base) for item in value]
    return value


def copy_data(value: Any) -> Any:
    """Return a deep copy of JSON data."""
    kind = type(value)
    if kind is dict:
        return {key: copy_data(item) for key, item in value.items()}
    if kind is list:
        return [copy_data(item) for item in value]
    return value


@dataclass(slots=True, eq=False)
class StoredRecord:
    """One resource instance. `key` orders it in its collection; `owner` is a user's id, None where it is shared."""

    resource: str
    key: str
    path: str
    parent: "StoredRecord | None" = None
    owner: str | None = None
    moment: int = 0
    data: dict[str, Any] = field(default_factory=dict)


Verb = Literal["created", "changed", "deleted"]
Listener = Callable[[Verb, StoredRecord, dict[str, Any]], None]


class RecordCollection:
    """Records of one resource below one parent, by key, and the sorted keys: of all, and of each owner."""

    __slots__ = ("by_key", "keys", "owned")

    def __init__(self) -> None:
        self.by_key: dict[str, StoredRecord] = {}
        self.keys: list[str] = []
        self.owned: dict[str, list[str]] = {}

    def add(self, record: StoredRecord) -> None:
        """Add a record; a record with the same key is replaced."""
        if record.key in self.by_key:
            self.remove(self.by_key[record.key])
        self.by_key[record.key] = record
        insort(self.keys, record.key)
        if record.owner is not None:
            insort(self.owned.setdefault(record.owner, []), record.key)

    def remove(self, record: StoredRecord) -> None:
        """Remove a record."""
        del self.by_key[record.key]
        for keys in (self.keys, self.owned.get(record.owner or "", [])):
            at = bisect_left(keys, record.key)
            if at < len(keys) and keys[at] == record.key:
                del keys[at]

    def copy(self, copy_record: Callable[[StoredRecord], StoredRecord]) -> "RecordCollection":
        """Return a collection of copies of the records."""
        collection = RecordCollection()
        collection.by_key = {key: copy_record(record) for key, record in self.by_key.items()}
        collection.keys = [*self.keys]
        collection.owned = {owner: [*keys] for owner, keys in self.owned.items()}
        return collection

    def list_visible_keys(self, owner: str | None) -> list[str]:
        """Return the sorted keys that an owner may see.

        These are all keys where the collection is shared or `owner` is None.
        """
        return self.keys if owner is None or not self.owned else self.owned.get(owner, [])

    def __iter__(self) -> Iterator[StoredRecord]:
        return (self.by_key[key] for key in self.keys)

    def __len__(self) -> int:
        return len(self.keys)


_EMPTY = RecordCollection()


class RecordStore:
    """All records of a world. `revision` grows with every change, so that computed values can be kept until then."""

    def __init__(self) -> None:
        self.revision = 0
        self.by_path: dict[str, StoredRecord] = {}
        self._collections: dict[str, dict[str, RecordCollection]] = {}
        self._children: dict[str, list[StoredRecord]] = {}
        self._listeners: list[Listener] = []

    def add_listener(self, listener: Listener) -> None:
        """Call a listener with each change: the verb, the record, and its data before."""
        self._listeners.append(listener)

    def copy(self) -> "RecordStore":
        """Return a store with copies of all records, and without listeners."""
        copies: dict[int, StoredRecord] = {}

        def copy_record(record: StoredRecord) -> StoredRecord:
            if id(record) not in copies:
                parent = copy_record(record.parent) if record.parent else None
                copies[id(record)] = replace(record, parent=parent, data=copy_data(record.data))
            return copies[id(record)]

        store = RecordStore()
        store.revision = self.revision
        store.by_path = {path: copy_record(record) for path, record in self.by_path.items()}
        store._children = {path: [*map(copy_record, records)] for path, records in self._children.items()}
        for resource, by_parent in self._collections.items():
            store._collections[resource] = {
                parent: collection.copy(copy_record) for parent, collection in by_parent.items()
            }
        return store

    def remove_listeners(self) -> None:
        """Call no listener any more: the servers of this world have ended."""
        self._listeners.clear()

    def get_collection(self, resource: str, parent: str = "") -> RecordCollection:
        """Return the members of a resource below the record at a path; empty where there are none."""
        return self._collections.get(resource, {}).get(parent, _EMPTY)

    def iterate_records(self, resource: str) -> Iterator[StoredRecord]:
        """Yield every record of a resource, below any parent."""
        for collection in tuple(self._collections.get(resource, {}).values()):
            yield from collection

    def count_records(self, resource: str) -> int:
        """Return how many records of a resource there are."""
        return sum(map(len, self._collections.get(resource, {}).values()))

    def list_children(self, record: StoredRecord) -> tuple[StoredRecord, ...]:
        """Return the records directly below a record."""
        return tuple(self._children.get(record.path, ()))

    def add(self, record: StoredRecord, *, quiet: bool = False) -> None:
        """Add a record and notify listeners, unless `quiet`."""
        parent = record.parent.path if record.parent else ""
        self._collections.setdefault(record.resource, {}).setdefault(parent, RecordCollection()).add(record)
        if record.parent:
            self._children.setdefault(parent, []).append(record)
        if record.path:
            self.by_path[record.path] = record
        self._notify("created", record, {}, quiet=quiet)

    def notify_listeners(self, verb: Verb, record: StoredRecord) -> None:
        """Tell listeners about a record that was added before and is complete now."""
        self._notify(verb, record, {}, quiet=False)

    def change(self, record: StoredRecord, changes: dict[str, Any], *, quiet: bool = False) -> None:
        """Replace some properties of a record."""
        before = dict(record.data)
        record.data.update(changes)
        self._notify("changed", record, before, quiet=quiet)

    def remove(self, record: StoredRecord) -> None:
        """Remove a record with all records below it; the caller removes links to it."""
        for child in self.list_children(record):
            self.remove(child)
        self._children.pop(record.path, None)
        self.by_path.pop(record.path, None)
        parent = record.parent.path if record.parent else ""
        self._collections[record.resource][parent].remove(record)
        if record.parent and record in self._children.get(parent, ()):
            self._children[parent].remove(record)
        self._notify("deleted", record, record.data, quiet=False)

    def _notify(self, verb: Verb, record: StoredRecord, before: dict[str, Any], *, quiet: bool) -> None:
        self.revision += 1
        for listener in self._listeners if not quiet else ():
            listener(verb, record, before)
