"""Numbers that a device reports differ from read to read."""

from itertools import count
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_object
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.live_worlds import LIVE_NAME, iterate_log_resources, list_written_resources
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading | None:
    """Move whole numbers of resources that nobody writes and that are no logs, between their bounds."""
    still = list_written_resources(site) | {resource.name for resource in iterate_log_resources(site)}
    filtered = {
        (operation.resource, query_filter.field)
        for operation in site.model.operations
        for query_filter in operation.filters
    }
    moving: dict[str, dict[str, Any]] = {}
    for name, resource in site.world.shape.resources.items():
        properties = site.world.get_schema(resource).get("properties", {})
        moving[name] = {
            key: site.world.schema_compiler.fold_schema(schema)
            for key, schema in properties.items()
            if name not in still and LIVE_NAME.search(key) and (name, key) not in filtered
        }
    if not any(moving.values()):
        return None
    counter = count(1)

    def shift_values(record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        moved = {}
        for key, value in data.items():
            schema = moving.get(record.resource, {}).get(key)
            is_number = isinstance(value, int) and not isinstance(value, bool)
            moved[key] = _shift_value(value, schema, next(counter)) if schema is not None and is_number else value
        return moved

    return InstalledReading(on_every_object(shift_values))


def _shift_value(value: int, schema: Any, step: int) -> int:
    moved = value + step % 7 - 3
    low, high = int(schema.get("minimum", 0)), int(schema.get("maximum", 100 if value <= 100 else moved))
    return max(low, min(high, moved))


READING = AdmissibleReading(
    "world",
    "live data: nothing promises that two reads show one state",
    install,
)
