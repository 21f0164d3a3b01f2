"""Writes that store other values than were sent, as several seeded faults and readings share them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation, Role

Change = Callable[[Any], Any]


def change_leaves(change: Change) -> Hook:
    """Return a hook on `apply` that changes every plain value of a body at any depth; links are left alone."""

    def change_all(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: change_all(member) for name, member in value.items()}
        if isinstance(value, list):
            return [change_all(member) for member in value]
        return change(value) if type(value) in (str, int, float, bool, type(None)) else value

    return lambda _call, _record, changes: {name: change_all(value) for name, value in changes.items()}


def change_lists(change: Callable[[list[Any], Any], list[Any]]) -> Hook:
    """Return a hook on `apply` that changes the lists at the top of a body, given the list and the stored one."""

    def act(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        return {
            name: change(value, record.data.get(name)) if isinstance(value, list) else value
            for name, value in changes.items()
        }

    return act


def write_otherwise(
    hook: Hook, fits: Callable[[str, Mapping[str, Any]], bool], *roles: Role
) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that plants a hook on `apply` at all writes with a property that fits, at any depth."""
    return lambda site: hook_at(find_writes(site, fits, *roles), apply=hook)


def clear_by_nothing(*, at_all: bool) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that installs a fault in one update, or in all: `{}` sets nullable properties to null."""

    def install(site: FaultSite) -> InstalledFault | None:
        updates = site.body_writes(Role.UPDATE)
        names_by_key = {operation.key: _list_clearable(site, operation) for operation in updates}
        operations = [operation for operation in updates if names_by_key[operation.key]]

        def clear(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
            return changes or dict.fromkeys(names_by_key[call.operation.key])

        return hook_at(operations if at_all else site.pick(operations), apply=clear)

    return install


def _list_clearable(site: FaultSite, operation: Operation) -> list[str]:
    """Return the properties that an update may set to null and that a read shows."""
    shown = site.properties(operation)
    return [
        name
        for name, schema in site.writable_properties(operation).items()
        if is_nullable(name, schema) and name in shown
    ]


def find_writes(site: FaultSite, fits: Callable[[str, Mapping[str, Any]], bool], *roles: Role) -> list[Operation]:
    """Return the writes of these roles (creations and updates if none is given) with a property that fits."""
    return [
        operation
        for operation in site.body_writes(*roles)
        if any(fits(name, schema) for name, schema in _walk(site, site.writable_properties(operation)))
    ]


def _walk(site: FaultSite, properties: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the properties of an object at any depth, folded."""
    fold = site.world.schema_compiler.fold_schema
    for name, schema in properties.items():
        yield name, schema
        inner = fold(schema["items"]) if "items" in schema else schema
        yield from _walk(site, {key: fold(member) for key, member in inner.get("properties", {}).items()})


def is_text(_name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property is a text without a form."""
    return "string" in _list_types(schema) and not {"format", "enum", "pattern", "const"} & {*schema}


def is_number(_name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property is a number."""
    return bool({"integer", "number"} & _list_types(schema)) and "enum" not in schema


def is_moment(_name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property is a time with an offset."""
    return schema.get("format") == "date-time"


def is_list(_name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property is a list."""
    return "array" in _list_types(schema)


def is_nullable(_name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property may be null."""
    return "null" in _list_types(schema)


def _list_types(schema: Mapping[str, Any]) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else {*kinds}


def read_moment(value: Any) -> datetime | None:
    """Return the time that a text stands for, None for any other value."""
    if not isinstance(value, str) or value[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
