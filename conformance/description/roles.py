"""The role of each operation: lists, items, singletons, redirects; creates, updates, deletes, actions."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from conformance.description import path_templates
from conformance.description.operations import StatedOperation
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Role

_PAGE_NAMES = frozenset({"page", "page_after", "page_before", "limit", "offset", "cursor"})
_WRITES = {"PUT": Role.UPDATE, "PATCH": Role.UPDATE, "DELETE": Role.DELETE}


class ClassifiedOperation(msgspec.Struct, frozen=True):
    """An operation with its role and what its body shows.

    `item` is the schema of one item: of the array's items in a list, of the body otherwise; `items_at` as in Operation.
    """

    stated: StatedOperation
    role: Role
    resource: str
    item: DocumentNode | None
    items_at: str = ""


def name_resource(path: str) -> str:
    """Return the name of the resource at a path: its fixed segments joined by dots, `root` for the root."""
    return ".".join(path_templates.select_fixed_segments(path)) or "root"


def classify_reads(schemas: Schemas, operations: Iterable[StatedOperation]) -> tuple[ClassifiedOperation, ...]:
    """Return every GET in its role.

    A singleton of several segments that has no parent resource shows a plain response and names no resource.
    """
    reads = [operation for operation in operations if operation.method == "GET"]
    collections = {operation.path.rpartition("/")[0] for operation in reads if operation.path.endswith("}")}
    classified = [_classify_read(schemas, operation, operation.path in collections) for operation in reads]
    names_by_path = {read.stated.path: read.resource for read in classified if read.resource}
    return tuple(
        msgspec.structs.replace(read, resource="") if _is_report(read, names_by_path) else read for read in classified
    )


def _is_report(read: ClassifiedOperation, names_by_path: Mapping[str, str]) -> bool:
    is_nested = len(path_templates.split_path(read.stated.path)) > 1
    return read.role is Role.SINGLETON and is_nested and not find_parent(read.stated.path, read.resource, names_by_path)


def _classify_read(schemas: Schemas, operation: StatedOperation, has_members: bool) -> ClassifiedOperation:
    """Return the role of a GET; `has_members` is true if a GET of members stands below its path.

    A wrapped list is an object with exactly one array of objects, read with parameters for paging or above its members.
    """
    body = operation.response_schema
    parts = path_templates.split_path(operation.path)
    if operation.has_redirect:
        return ClassifiedOperation(operation, Role.REDIRECT, "", body)
    items = schemas.get_items(body) if body else None
    if items is not None:
        return ClassifiedOperation(operation, Role.LIST, name_resource(operation.path), items)
    has_pages = any(operation.find_query_parameter(name) for name in _PAGE_NAMES)
    wrapped = _find_wrapped_list(schemas, body) if has_pages or has_members else None
    if wrapped:
        return ClassifiedOperation(operation, Role.LIST, name_resource(operation.path), wrapped[1], wrapped[0])
    if parts and path_templates.is_parameter(parts[-1]):
        return ClassifiedOperation(operation, Role.ITEM, name_resource(operation.path), body)
    return ClassifiedOperation(operation, Role.SINGLETON, name_resource(operation.path) if body else "", body)


def _find_wrapped_list(schemas: Schemas, body: DocumentNode | None) -> tuple[str, DocumentNode] | None:
    arrays = [
        (name, items)
        for name, member in (schemas.list_properties(body) if body else {}).items()
        for leaf in schemas.list_alternatives(member)
        if (items := schemas.get_items(leaf)) and schemas.list_properties(items)
    ]
    return arrays[0] if len(arrays) == 1 else None


def find_parent(path: str, name: str, names_by_path: Mapping[str, str]) -> str:
    """Return the resource that a path is below: the longest shorter path that shows another one."""
    parts = path_templates.split_path(path)
    for length in range(len(parts) - 1, 0, -1):
        ancestor = "/" + "/".join(parts[:length])
        if names_by_path.get(ancestor, name) != name:
            return names_by_path[ancestor]
    return ""


def index_by_schema(reads: Iterable[ClassifiedOperation]) -> dict[str, tuple[str, ...]]:
    """Index resource names by the pointer of the schema that reads of them show; collections hide singletons.

    The object around a wrapped list counts as well as its items.
    """
    entries: dict[str, dict[str, bool]] = {}
    for read in reads:
        body = read.stated.response_schema
        for node in (read.item, body) if read.items_at else (read.item,):
            if node is not None and read.resource and read.stated.method == "GET":
                entries.setdefault(node.pointer, {})[read.resource] = read.role is Role.SINGLETON
    return {
        pointer: tuple(name for name, single in names.items() if not single or all(names.values()))
        for pointer, names in entries.items()
    }


def find_unlisted_collections(
    schemas: Schemas, operations: Sequence[StatedOperation], reads: Sequence[ClassifiedOperation]
) -> dict[str, StatedOperation]:
    """Return the POSTs, by path, that create members of a collection that cannot be listed.

    Their path has members, or their response is a new object with an id.
    """
    listed = {read.stated.path for read in reads}
    all_paths = {operation.path for operation in operations}
    known = index_by_schema(reads)
    creations = {}
    for operation in operations:
        last = path_templates.split_path(operation.path)[-1:]
        if (
            operation.method != "POST"
            or operation.path in listed
            or not last
            or path_templates.is_parameter(last[0])
            or ":" in last[0]
        ):
            continue
        has_members = any(path.startswith(operation.path + "/{") for path in all_paths)
        makes_new = (
            operation.response_schema is not None
            and any(response.status == "201" for response in operation.responses)
            and "id" in schemas.list_properties(operation.response_schema)
            and operation.response_schema.pointer not in known
        )
        if has_members or makes_new:
            creations[operation.path] = operation
    return creations


def classify_write(
    operation: StatedOperation,
    by_path: Mapping[str, str],
    created: Mapping[str, str],
    by_schema: Mapping[str, tuple[str, ...]],
) -> ClassifiedOperation:
    """Return the role of anything but a GET, and the resource that its response shows or that it acts on.

    `by_path` names the resource of every path that shows one, `created` that of every path whose POST creates a member.
    """
    body = operation.response_schema
    if operation.method == "POST":
        role = Role.CREATE if operation.path in created else Role.ACTION
    else:
        role = _WRITES.get(operation.method, Role.SINGLETON)
    shown_resource = by_schema.get(body.pointer, ("",))[0] if body else ""
    resource = by_path.get(operation.path) or shown_resource or _find_acted_on(operation.path, by_path)
    return ClassifiedOperation(operation, role, resource, body)


def _find_acted_on(path: str, by_path: Mapping[str, str]) -> str:
    """Return the resource that an action belongs to, as `/evses/{evse_id}/reconnect` or `/region_groups:validate`."""
    ancestor = path.rpartition(":")[0] or path
    while ancestor:
        if ancestor in by_path:
            return by_path[ancestor]
        ancestor = ancestor.rpartition("/")[0]
    return ""
