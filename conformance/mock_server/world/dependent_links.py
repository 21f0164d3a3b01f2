"""Links that need both ends: mirrored links, and wholes with their parts."""

from itertools import groupby
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.world.shape import WorldShape
from conformance.mock_server.world.store import RecordStore, Ref, StoredRecord
from conformance.model import Link, LinkKind


def settle_links(shape: WorldShape, store: RecordStore) -> None:
    """Set every link that depends on others; the world is consistent afterwards."""
    for name in shape.resources:
        for link in shape.list_links(name):
            if _is_whole(shape, name, link):
                _distribute_parts(shape, store, name, link)
    for end, leading in shape.mirrored_links.items():
        _set_mirror(store, end.resource, end.path, leading.resource, leading.path)


def update_mirrors(shape: WorldShape, store: RecordStore, resource: str) -> None:
    """Set the links that mirror links of one resource again, after one of its records changed."""
    for end, leading in shape.mirrored_links.items():
        if leading.resource == resource:
            _set_mirror(store, end.resource, end.path, leading.resource, leading.path)


def get_value(data: Any, path: str) -> Any:
    """Return the value at a dotted path, None where a level is missing."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _set_mirror(store: RecordStore, resource: str, path: str, leading: str, back: str) -> None:
    seen: dict[str, list[Ref]] = {}
    for record in store.iterate_records(leading):
        value = get_value(record.data, back)
        for target in value if isinstance(value, list) else [value]:
            if isinstance(target, Ref):
                seen.setdefault(target, []).append(Ref(record.path))
    for record in store.iterate_records(resource):
        if path in record.data:
            references = seen.get(record.path, [])
            many = isinstance(record.data[path], list)
            expected: Any = references if many else next(iter(references), None)
            if record.data[path] != expected:
                record.data[path] = expected
                store.revision += 1


def _is_whole(shape: WorldShape, name: str, link: Link) -> bool:
    """Return whether a link of many lists the parts of a whole: more parts than wholes, each of the same owner."""
    if not link.many or link.kind is not LinkKind.ITEM or len(link.targets) != 1 or "[]" in link.path:
        return False
    target = link.targets[0]
    if any(end.resource == name and end.path == link.path for end in shape.mirrored_links) or shape.is_below(
        target, name
    ):
        return False
    if any(lead.resource == name and lead.path == link.path for lead in shape.mirrored_links.values()):
        return False
    return shape.collection_sizes.get(target, 0) > shape.collection_sizes.get(name, 0) and (
        target in shape.owned_resources
    ) == (name in shape.owned_resources)


def _distribute_parts(shape: WorldShape, store: RecordStore, name: str, link: Link) -> None:
    """Give each whole its own parts, in order; parts take the links and the time of their whole."""
    wholes, parts = list(store.iterate_records(name)), list(store.iterate_records(link.targets[0]))

    def owner_of(record: StoredRecord) -> str:
        return record.owner or ""

    for owner_id, group in groupby(sorted(wholes, key=owner_of), key=owner_of):
        own_parts, own_wholes = [part for part in parts if owner_of(part) == owner_id], list(group)
        for index, whole in enumerate(own_wholes):
            share = own_parts[
                index * len(own_parts) // len(own_wholes) : (index + 1) * len(own_parts) // len(own_wholes)
            ]
            whole.data[link.path] = [Ref(part.path) for part in share]
            _copy_shared_values(shape, whole, share)


def _copy_shared_values(shape: WorldShape, whole: StoredRecord, parts: list[StoredRecord]) -> None:
    shared = {
        link.path: link.targets
        for link in shape.list_links(whole.resource)
        if link.kind is LinkKind.ITEM and not link.many
    }
    for part in parts:
        for link in shape.list_links(part.resource):
            if shared.get(link.path) == link.targets:
                part.data[link.path] = whole.data.get(link.path)
    if not parts or not all("start" in record.data and "end" in record.data for record in (whole, *parts)):
        return
    begin = whole.moment
    for index, part in enumerate(parts):
        running = whole.data["end"] is None and index == len(parts) - 1
        part.data["start"] = clock.format_time(begin + index * 90 * clock.MINUTE)
        part.data["end"] = None if running else clock.format_time(begin + (index + 1) * 90 * clock.MINUTE)
    if whole.data["end"] is not None:
        whole.data["end"] = parts[-1].data["end"]
