"""Changes of shown records that follow the schema of each value, for readings."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.mock_server.admissible_readings import on_every_object
from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.hooks import Hook
from conformance.mock_server.world.store import StoredRecord

SchemaChange = Callable[[Mapping[str, Any], Any], Any]
"""Returns the value to show, from the folded schema of a value and the value."""


def change_by_schema(site: FaultSite, change: SchemaChange) -> dict[str, Hook]:
    """Return hooks that change every value of a record that has a schema, objects and arrays after their members."""

    def show(record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        resource = site.world.shape.resources.get(record.resource)
        if resource is None or not resource.schema:
            return data
        schema = site.world.get_schema(resource)
        properties = schema.get("properties", {})
        return {name: walk_value(site, properties.get(name, {}), value, change) for name, value in data.items()}

    return on_every_object(show)


def walk_value(site: FaultSite, schema: Mapping[str, Any], value: Any, change: SchemaChange) -> Any:
    """Return a value with its members changed, then itself."""
    flat = site.world.schema_compiler.fold_schema(schema)
    branches = list(iterate_branches(site, flat))
    if isinstance(value, dict):
        named = {name: sub for branch in branches for name, sub in branch.get("properties", {}).items()}
        value = {name: walk_value(site, named.get(name, {}), item, change) for name, item in value.items()}
    elif isinstance(value, list):
        items: Mapping[str, Any] = next((branch["items"] for branch in branches if "items" in branch), {})
        value = [walk_value(site, items, item, change) for item in value]
    for branch in branches:
        value = change(branch, value)
    return value


def iterate_branches(site: FaultSite, flat: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a folded schema and those of its alternatives."""
    yield flat
    for branch in (*flat.get("oneOf", ()), *flat.get("anyOf", ())):
        yield from iterate_branches(site, site.world.schema_compiler.fold_schema(branch))


def change_shown_objects(
    site: FaultSite, change: Callable[[Mapping[str, Any], dict[str, Any]], dict[str, Any]]
) -> dict[str, Hook]:
    """Return hooks that change each record by the schema that the operation documents for it, expanded ones too."""
    fold, resolve = site.world.schema_compiler.fold_schema, site.world.description.resolve

    def change_object(pointer: str, record: StoredRecord, data: Any) -> Any:
        schema = fold(resolve(pointer)) if pointer else {}
        if not isinstance(data, dict) or "oneOf" in schema or "anyOf" in schema:
            return data
        if not set(data) <= set(schema.get("properties", ())):  # the schema is that of an object around it
            schema = site.world.get_schema(site.world.shape.resources[record.resource])
        return change(schema, data)

    def change_item(call: ServerCall, place: RecordPosition, data: Any) -> Any:
        return change_object(_find_shown_schema(call), place.record, data)

    def change_nested(call: ServerCall, path: str, record: StoredRecord, data: Any) -> Any:
        documented = next((e for e in call.operation.expansions if e.path == path), None)
        return change_object(documented.schema if documented else "", record, data)

    return {"item": change_item, "nested": change_nested}


def _find_shown_schema(call: ServerCall) -> str:
    """Return the pointer of the schema of an item, or of the body where a write shows one."""
    if call.operation.item_schema:
        return call.operation.item_schema
    response = next((r for r in call.operation.responses if r.status.startswith("2")), None)
    return response.media[0].schema if response and response.media else ""
