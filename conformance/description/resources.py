"""Which resources the paths show, what identifies their members, and which operation acts on which of them."""

from collections.abc import Iterable, Sequence

import msgspec

from conformance.description import ids, paths
from conformance.description.operations import Stated
from conformance.description.schemas import Node, Schemas
from conformance.model import KeyKind, Location, Resource, Role

_PAGE_NAMES = frozenset({"page", "page_after", "page_before"})


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


def place(schemas: Schemas, operations: Sequence[Stated]) -> tuple[tuple[Placed, ...], tuple[Resource, ...]]:
    """Every operation in its role, and the resources behind them; resources are without links still."""
    reads = _without_reports([_read(schemas, each) for each in operations if each.method == "GET"])
    creates = _collections_without_list(schemas, operations, reads)
    found = _resources(schemas, reads, creates)
    by_path = {path: each.name for each in found for path in (each.list_path, each.item_path) if path}
    by_schema = _by_schema(reads)
    by_key = {each.stated.key: each for each in reads}
    placed = tuple(by_key.get(each.key) or _write(each, by_path, by_schema) for each in operations)
    return placed, tuple(_with_operations(each, placed) for each in found)


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


def _collections_without_list(
    schemas: Schemas, operations: Sequence[Stated], reads: Sequence[Placed]
) -> dict[str, Stated]:
    """POSTs to collections that cannot be listed: their path has members, or their answer is a new thing with an id."""
    listed = {each.stated.path for each in reads}
    every = {each.path for each in operations}
    shown = _by_schema(reads)
    found = {}
    for each in operations:
        last = paths.segments(each.path)[-1:]
        if each.method != "POST" or each.path in listed or not last or paths.is_parameter(last[0]) or ":" in last[0]:
            continue
        has_members = any(path.startswith(each.path + "/{") for path in every)
        makes_new = (
            each.shown is not None
            and any(response.status == "201" for response in each.responses)
            and "id" in schemas.members(each.shown)
            and each.shown.pointer not in shown
        )
        if has_members or makes_new:
            found[each.path] = each
    return found


def _by_schema(reads: Iterable[Placed]) -> dict[str, str]:
    """Resource names by the pointer of the schema that they show; members of collections before singletons."""
    order = {Role.ITEM: 0, Role.LIST: 1, Role.SINGLETON: 2}
    found: dict[str, str] = {}
    for each in sorted(reads, key=lambda read: order.get(read.role, 3)):
        if each.item is not None and each.resource:
            found.setdefault(each.item.pointer, each.resource)
    return found


def _without_reports(reads: Sequence[Placed]) -> list[Placed]:
    """Reads, of which plain answers show no resource: several fixed segments that hang under nothing."""
    ways = {each.stated.path: each.resource for each in reads if each.resource}
    return [
        msgspec.structs.replace(each, resource="")
        if each.role is Role.SINGLETON
        and len(paths.segments(each.stated.path)) > 1
        and not _parent(each.stated.path, each.resource, ways)
        else each
        for each in reads
    ]


def _resources(schemas: Schemas, reads: Sequence[Placed], creates: dict[str, Stated]) -> tuple[Resource, ...]:
    ways = {each.stated.path: each.resource for each in reads if each.resource} | {p: name_of(p) for p in creates}
    found = []
    for name in dict.fromkeys(ways.values()):
        mine = {each.role: each for each in reads if each.resource == name}
        created = next((post for path, post in creates.items() if name_of(path) == name), None)
        found.append(_resource(schemas, name, mine, created, ways))
    return tuple(found)


def _parent(path: str, name: str, ways: dict[str, str]) -> str:
    """The resource that a path hangs under: the longest shorter path that shows another one."""
    parts = paths.segments(path)
    for length in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:length])
        if ways.get(above, name) != name:
            return ways[above]
    return ""


def _resource(
    schemas: Schemas, name: str, reads: dict[Role, Placed], created: Stated | None, ways: dict[str, str]
) -> Resource:
    listing, single = reads.get(Role.LIST), reads.get(Role.ITEM) or reads.get(Role.SINGLETON)
    shown = single or listing
    item = shown.item if shown else created.shown if created else None
    list_path = listing.stated.path if listing else created.path if created else ""
    item_path = single.stated.path if single else ""
    key, kind, field, prefix, pattern = _key(schemas, item, reads.get(Role.ITEM), listing)
    return Resource(
        name=name,
        schema=item.pointer if item else "",
        list_path=list_path,
        item_path=item_path,
        key=key,
        key_kind=kind,
        key_field=field,
        prefix=prefix,
        id_pattern=pattern,
        parent=_parent(item_path or list_path, name, ways),
        singleton=Role.SINGLETON in reads,
    )


def _key(
    schemas: Schemas, item: Node | None, single: Placed | None, listing: Placed | None
) -> tuple[str, KeyKind, str, str, str]:
    """What identifies a member: parameter, kind, property, prefix and pattern."""
    members = {name: schemas.follow(node) for name, node in (schemas.members(item) if item else {}).items()}
    id_node = members.get("id")
    key = paths.segments(single.stated.path)[-1][1:-1] if single else ""
    parameter = (
        next((p for p in single.stated.parameters if p.name == key and p.location is Location.PATH), None)
        if single
        else None
    )
    schema = parameter.schema if parameter else {}
    # A path parameter may take more than ids, as `me`; so the property comes first.
    pattern = str((id_node.get("pattern") if id_node else "") or schema.get("pattern") or "")
    if schema.get("format") == "date-time" or (not single and id_node is None and _ranged(listing, members)):
        return key, KeyKind.TIMESTAMP, key if key in members else _ranged(listing, members), "", ""
    if schema.get("enum") or (id_node and id_node.get("enum")):
        return key, KeyKind.NAME, key if key in members else "id" * bool(id_node), "", ""
    examples = [schema.get("example"), *(schema.get("examples") or ()), *(id_node.examples if id_node else ())]
    prefix = ids.of_pattern(pattern) or ids.of_examples(examples)
    return key, KeyKind.ID, "id" * bool(id_node), prefix, pattern


def _ranged(listing: Placed | None, members: dict[str, Node]) -> str:
    """The date-time property that the parameters of a list select a range of, empty where there is none."""
    names = (
        [p.name.rpartition("__")[0] for p in listing.stated.parameters if p.name.endswith("__gte")] if listing else []
    )
    return next((name for name in names if name in members and members[name].get("format") == "date-time"), "")


def _write(operation: Stated, by_path: dict[str, str], by_schema: dict[str, str]) -> Placed:
    """The role of anything but a GET, and the resource that its answer shows or that it acts on."""
    body = operation.shown
    here = by_path.get(operation.path, "")
    roles = {"POST": Role.CREATE if here else Role.ACTION, "DELETE": Role.DELETE}
    shown = by_schema.get(body.pointer, "") if body else ""
    resource = here or shown or _acted_on(operation.path, by_path)
    return Placed(operation, roles.get(operation.method, Role.UPDATE), resource, body)


def _acted_on(path: str, by_path: dict[str, str]) -> str:
    """The resource that an action stands beside, as `/evses/{evse_id}/reconnect` or `/region_groups:validate`."""
    above = path.rpartition(":")[0] or path
    while above:
        if above in by_path:
            return by_path[above]
        above = above.rpartition("/")[0]
    return ""


def _with_operations(resource: Resource, placed: Iterable[Placed]) -> Resource:
    return msgspec.structs.replace(
        resource, operations=tuple(each.stated.key for each in placed if each.resource == resource.name)
    )
