"""What needs both ends: mirrored links, wholes and their parts."""

from itertools import groupby
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.world.shape import Shape
from conformance.mock_server.world.store import Record, Ref, Store
from conformance.model import Link, LinkKind


def settle(shape: Shape, store: Store) -> None:
    """Bring every link that depends on others into line; the world is consistent afterwards."""
    for name in shape.resources:
        for link in shape.links(name):
            if _is_whole(shape, name, link):
                _share_out(shape, store, name, link)
    for end, leading in shape.mirrors.items():
        _mirror(store, end.resource, end.path, leading.resource, leading.path)


def mirror_again(shape: Shape, store: Store, resource: str) -> None:
    """Recompute the links that mirror links of one resource, after one of its records changed."""
    for end, leading in shape.mirrors.items():
        if leading.resource == resource:
            _mirror(store, end.resource, end.path, leading.resource, leading.path)


def get(data: Any, path: str) -> Any:
    """The value at a dotted path, None where a level is missing."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _mirror(store: Store, resource: str, path: str, leading: str, back: str) -> None:
    seen: dict[str, list[Ref]] = {}
    for record in store.all(leading):
        value = get(record.data, back)
        for target in value if isinstance(value, list) else [value]:
            if isinstance(target, Ref):
                seen.setdefault(target, []).append(Ref(record.path))
    for record in store.all(resource):
        if path in record.data:
            found = seen.get(record.path, [])
            many = isinstance(record.data[path], list)
            wanted: Any = found if many else next(iter(found), None)
            if record.data[path] != wanted:
                record.data[path] = wanted
                store.revision += 1


def _is_whole(shape: Shape, name: str, link: Link) -> bool:
    """Whether a link of many lists the parts of a whole: more parts than wholes, each of the same owner."""
    if not link.many or link.kind is not LinkKind.ITEM or len(link.targets) != 1 or "[]" in link.path:
        return False
    target = link.targets[0]
    if any(end.resource == name and end.path == link.path for end in shape.mirrors) or shape.below(target, name):
        return False
    if any(lead.resource == name and lead.path == link.path for lead in shape.mirrors.values()):
        return False
    return shape.sizes.get(target, 0) > shape.sizes.get(name, 0) and (target in shape.owned) == (name in shape.owned)


def _share_out(shape: Shape, store: Store, name: str, link: Link) -> None:
    """Give each whole its own parts, in order; parts take over the links and the time of their whole."""
    wholes, parts = list(store.all(name)), list(store.all(link.targets[0]))

    def owner(record: Record) -> str:
        return record.owner or ""

    for who, group in groupby(sorted(wholes, key=owner), key=owner):
        mine, theirs = [each for each in parts if owner(each) == who], list(group)
        for index, whole in enumerate(theirs):
            own = mine[index * len(mine) // len(theirs) : (index + 1) * len(mine) // len(theirs)]
            whole.data[link.path] = [Ref(each.path) for each in own]
            _take_over(shape, whole, own)


def _take_over(shape: Shape, whole: Record, parts: list[Record]) -> None:
    shared = {
        link.path: link.targets for link in shape.links(whole.resource) if link.kind is LinkKind.ITEM and not link.many
    }
    for part in parts:
        for link in shape.links(part.resource):
            if shared.get(link.path) == link.targets:
                part.data[link.path] = whole.data.get(link.path)
    if not parts or not all("start" in each.data and "end" in each.data for each in (whole, *parts)):
        return
    begin = whole.moment
    for index, part in enumerate(parts):
        running = whole.data["end"] is None and index == len(parts) - 1
        part.data["start"] = clock.render(begin + index * 90 * clock.MINUTE)
        part.data["end"] = None if running else clock.render(begin + (index + 1) * 90 * clock.MINUTE)
    if whole.data["end"] is not None:
        whole.data["end"] = parts[-1].data["end"]
