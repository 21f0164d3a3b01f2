"""The role of each operation: lists, items, singletons, redirects; creates, updates, deletes, actions."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from conformance.description import paths
from conformance.description.operations import Stated
from conformance.description.schemas import Node, Schemas
from conformance.model import Role

_PAGE_NAMES = frozenset({"page", "page_after", "page_before"})
_WRITES = {"PUT": Role.UPDATE, "PATCH": Role.UPDATE, "DELETE": Role.DELETE}


class Placed(msgspec.Struct, frozen=True):
    """An operation with its role and what its body shows.

    `item` is the schema of one item: of the array's items in a list, of the body otherwise; `items_at` as in Operation.
    """

    stated: Stated
    role: Role
    resource: str
    item: Node | None
    items_at: str = ""


def name_of(path: str) -> str:
    """The name of the resource at a path: its fixed segments joined by dots, `root` for the root."""
    return ".".join(paths.fixed(path)) or "root"


def reads(schemas: Schemas, operations: Iterable[Stated]) -> tuple[Placed, ...]:
    """Every GET in its role. Singletons of several fixed segments that hang under nothing are plain answers."""
    found = [_read(schemas, each) for each in operations if each.method == "GET"]
    ways = {each.stated.path: each.resource for each in found if each.resource}
    return tuple(msgspec.structs.replace(each, resource="") if _is_report(each, ways) else each for each in found)


def _is_report(read: Placed, ways: Mapping[str, str]) -> bool:
    several = len(paths.segments(read.stated.path)) > 1
    return read.role is Role.SINGLETON and several and not parent(read.stated.path, read.resource, ways)


def _read(schemas: Schemas, operation: Stated) -> Placed:
    """The role of a GET. A wrapped list is an object with exactly one array of objects and parameters for paging."""
    body = operation.shown
    parts = paths.segments(operation.path)
    if operation.redirects:
        return Placed(operation, Role.REDIRECT, "", body)
    items = schemas.items(body) if body else None
    if items is not None:
        return Placed(operation, Role.LIST, name_of(operation.path), items)
    wrapped = _wrapped(schemas, body) if any(operation.query(name) for name in _PAGE_NAMES) else None
    if wrapped:
        return Placed(operation, Role.LIST, name_of(operation.path), wrapped[1], wrapped[0])
    if parts and paths.is_parameter(parts[-1]):
        return Placed(operation, Role.ITEM, name_of(operation.path), body)
    return Placed(operation, Role.SINGLETON, name_of(operation.path) if body else "", body)


def _wrapped(schemas: Schemas, body: Node | None) -> tuple[str, Node] | None:
    arrays = [
        (name, items)
        for name, member in (schemas.members(body) if body else {}).items()
        for leaf in schemas.branches(member)
        if (items := schemas.items(leaf)) and schemas.members(items)
    ]
    return arrays[0] if len(arrays) == 1 else None


def parent(path: str, name: str, ways: Mapping[str, str]) -> str:
    """The resource that a path hangs under: the longest shorter path that shows another one."""
    parts = paths.segments(path)
    for length in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:length])
        if ways.get(above, name) != name:
            return ways[above]
    return ""


def shown(found: Iterable[Placed]) -> dict[str, tuple[str, ...]]:
    """Names of resources by the pointer of the schema that reads of them show; collections hide singletons.

    The object around a wrapped list counts as well as its items.
    """
    entries: dict[str, dict[str, bool]] = {}
    for each in found:
        body = each.stated.shown
        for node in (each.item, body) if each.items_at else (each.item,):
            if node is not None and each.resource and each.stated.method == "GET":
                entries.setdefault(node.pointer, {})[each.resource] = each.role is Role.SINGLETON
    return {
        pointer: tuple(name for name, single in names.items() if not single or all(names.values()))
        for pointer, names in entries.items()
    }


def unlisted(schemas: Schemas, operations: Sequence[Stated], found: Sequence[Placed]) -> dict[str, Stated]:
    """POSTs to collections that cannot be listed: their path has members, or their answer is a new thing with an id."""
    listed = {each.stated.path for each in found}
    every = {each.path for each in operations}
    known = shown(found)
    made = {}
    for each in operations:
        last = paths.segments(each.path)[-1:]
        if each.method != "POST" or each.path in listed or not last or paths.is_parameter(last[0]) or ":" in last[0]:
            continue
        has_members = any(path.startswith(each.path + "/{") for path in every)
        makes_new = (
            each.shown is not None
            and any(response.status == "201" for response in each.responses)
            and "id" in schemas.members(each.shown)
            and each.shown.pointer not in known
        )
        if has_members or makes_new:
            made[each.path] = each
    return made


def write(
    operation: Stated, by_path: Mapping[str, str], new: Mapping[str, str], by_schema: Mapping[str, tuple[str, ...]]
) -> Placed:
    """The role of anything but a GET, and the resource that its answer shows or that it acts on.

    `by_path` names the resource of every path that shows one, `new` of every path where a POST makes a member.
    """
    body = operation.shown
    if operation.method == "POST":
        role = Role.CREATE if operation.path in new else Role.ACTION
    else:
        role = _WRITES.get(operation.method, Role.SINGLETON)
    seen = by_schema.get(body.pointer, ("",))[0] if body else ""
    resource = by_path.get(operation.path) or seen or _acted_on(operation.path, by_path)
    return Placed(operation, role, resource, body)


def _acted_on(path: str, by_path: Mapping[str, str]) -> str:
    """The resource that an action stands beside, as `/evses/{evse_id}/reconnect` or `/region_groups:validate`."""
    above = path.rpartition(":")[0] or path
    while above:
        if above in by_path:
            return by_path[above]
        above = above.rpartition("/")[0]
    return ""
