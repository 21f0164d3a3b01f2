"""The resources behind the paths: where they are shown, and what identifies their members."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from conformance.description import id_prefixes, path_templates, roles
from conformance.description.operations import StatedOperation
from conformance.description.roles import ClassifiedOperation
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import KeyKind, Location, Resource, Role


def build_resources(
    schemas: Schemas, operations: Sequence[StatedOperation]
) -> tuple[tuple[ClassifiedOperation, ...], tuple[Resource, ...]]:
    """Return every operation in its role, and the resources behind them, still without links."""
    reads = roles.classify_reads(schemas, operations)
    unlisted = roles.find_unlisted_collections(schemas, operations, reads)
    resources = _build_resources(schemas, reads, unlisted)
    by_path = {
        path: resource.name for resource in resources for path in (resource.list_path, resource.item_path) if path
    }
    created = {
        resource.item_path if resource.singleton else resource.list_path: resource.name for resource in resources
    }
    by_schema = roles.index_by_schema(reads)
    by_key = {read.stated.key: read for read in reads}
    placed = tuple(
        by_key.get(operation.key) or roles.classify_write(operation, by_path, created, by_schema)
        for operation in operations
    )
    return placed, tuple(_add_operations(resource, placed) for resource in resources)


def _build_resources(
    schemas: Schemas, reads: Sequence[ClassifiedOperation], unlisted: Mapping[str, StatedOperation]
) -> tuple[Resource, ...]:
    names_by_path = {read.stated.path: read.resource for read in reads if read.resource} | {
        path: roles.name_resource(path) for path in unlisted
    }
    resources = []
    for name in dict.fromkeys(names_by_path.values()):
        by_role = {read.role: read for read in reads if read.resource == name}
        creation = next((post for path, post in unlisted.items() if roles.name_resource(path) == name), None)
        resources.append(_build_resource(schemas, name, by_role, creation, names_by_path))
    return tuple(resources)


def _build_resource(
    schemas: Schemas,
    name: str,
    reads: dict[Role, ClassifiedOperation],
    creation: StatedOperation | None,
    names_by_path: Mapping[str, str],
) -> Resource:
    list_read, item_read = reads.get(Role.LIST), reads.get(Role.ITEM) or reads.get(Role.SINGLETON)
    example_read = item_read or list_read
    item = example_read.item if example_read else creation.response_schema if creation else None
    list_path = list_read.stated.path if list_read else creation.path if creation else ""
    item_path = item_read.stated.path if item_read else ""
    key, key_kind, key_field, prefix, pattern = _find_key(schemas, item, reads.get(Role.ITEM), list_read)
    return Resource(
        name=name,
        schema=item.pointer if item else "",
        list_path=list_path,
        item_path=item_path,
        key=key,
        key_kind=key_kind,
        key_field=key_field,
        prefix=prefix,
        id_pattern=pattern,
        parent=roles.find_parent(item_path or list_path, name, names_by_path),
        singleton=Role.SINGLETON in reads and Role.ITEM not in reads,
    )


def _find_key(
    schemas: Schemas,
    item: DocumentNode | None,
    item_read: ClassifiedOperation | None,
    list_read: ClassifiedOperation | None,
) -> tuple[str, KeyKind, str, str, str]:
    """Return what identifies a member: parameter, kind, property, prefix and pattern."""
    members = {
        name: schemas.follow_references(node) for name, node in (schemas.list_properties(item) if item else {}).items()
    }
    id_node = members.get("id")
    key = path_templates.split_path(item_read.stated.path)[-1][1:-1] if item_read else ""
    parameter = (
        next(
            (
                parameter
                for parameter in item_read.stated.parameters
                if parameter.name == key and parameter.location is Location.PATH
            ),
            None,
        )
        if item_read
        else None
    )
    schema = parameter.schema if parameter else {}
    # The property comes first: a path parameter may take more than ids, for example `me`.
    pattern = str((id_node.get("pattern") if id_node else "") or schema.get("pattern") or "")
    if schema.get("format") == "date-time" or (
        not item_read and id_node is None and _find_range_property(list_read, members)
    ):
        return key, KeyKind.TIMESTAMP, key if key in members else _find_range_property(list_read, members), "", ""
    if schema.get("enum") or (id_node and id_node.get("enum")):
        return key, KeyKind.NAME, key if key in members else "id" * bool(id_node), "", ""
    examples = [schema.get("example"), *(schema.get("examples") or ()), *(id_node.examples if id_node else ())]
    prefix = id_prefixes.read_prefix_of_pattern(pattern) or id_prefixes.find_prefix_of_examples(examples)
    return key, KeyKind.ID, "id" * bool(id_node), prefix, pattern


def _find_range_property(list_read: ClassifiedOperation | None, members: dict[str, DocumentNode]) -> str:
    """Return the date-time property that a list can select a range of; empty if there is none."""
    names = (
        [
            parameter.name.rpartition("__")[0]
            for parameter in list_read.stated.parameters
            if parameter.name.endswith("__gte")
        ]
        if list_read
        else []
    )
    return next((name for name in names if name in members and members[name].get("format") == "date-time"), "")


def _add_operations(resource: Resource, placed: Iterable[ClassifiedOperation]) -> Resource:
    return msgspec.structs.replace(
        resource, operations=tuple(operation.stated.key for operation in placed if operation.resource == resource.name)
    )
