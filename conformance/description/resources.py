"""The resources behind the paths: where they are shown, and what identifies their members."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from conformance.description import ids, paths, roles
from conformance.description.operations import Stated
from conformance.description.roles import Placed
from conformance.description.schemas import Node, Schemas
from conformance.model import KeyKind, Location, Resource, Role


def place(schemas: Schemas, operations: Sequence[Stated]) -> tuple[tuple[Placed, ...], tuple[Resource, ...]]:
    """Every operation in its role, and the resources behind them; resources are without links still."""
    reads = roles.reads(schemas, operations)
    unlisted = roles.unlisted(schemas, operations, reads)
    found = _resources(schemas, reads, unlisted)
    by_path = {path: each.name for each in found for path in (each.list_path, each.item_path) if path}
    new = {each.item_path if each.singleton else each.list_path: each.name for each in found}
    by_schema = roles.shown(reads)
    by_key = {each.stated.key: each for each in reads}
    placed = tuple(by_key.get(each.key) or roles.write(each, by_path, new, by_schema) for each in operations)
    return placed, tuple(_with_operations(each, placed) for each in found)


def _resources(schemas: Schemas, reads: Sequence[Placed], unlisted: Mapping[str, Stated]) -> tuple[Resource, ...]:
    ways = {each.stated.path: each.resource for each in reads if each.resource} | {
        p: roles.name_of(p) for p in unlisted
    }
    found = []
    for name in dict.fromkeys(ways.values()):
        mine = {each.role: each for each in reads if each.resource == name}
        created = next((post for path, post in unlisted.items() if roles.name_of(path) == name), None)
        found.append(_resource(schemas, name, mine, created, ways))
    return tuple(found)


def _resource(
    schemas: Schemas, name: str, reads: dict[Role, Placed], created: Stated | None, ways: Mapping[str, str]
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
        parent=roles.parent(item_path or list_path, name, ways),
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


def _with_operations(resource: Resource, placed: Iterable[Placed]) -> Resource:
    return msgspec.structs.replace(
        resource, operations=tuple(each.stated.key for each in placed if each.resource == resource.name)
    )
