"""Other people change texts while the run goes on, and the time of the last update with them."""

from itertools import count
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.clock import Clock, format_time
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Role

_EVERY = 17  # requests
_RULED = {"enum", "format", "pattern", "const"}  # by which a schema allows some texts alone


def _find_texts(site: FaultSite) -> dict[str, list[str]]:
    """Return the free texts that an update may change, by resource; those that filters compare are left alone."""
    filtered = {(operation.resource, f.field) for operation in site.model.operations for f in operation.filters}
    texts: dict[str, list[str]] = {}
    for operation in site.model.operations:
        resource = site.world.shape.resources.get(operation.resource)
        if operation.role is not Role.UPDATE or resource is None:
            continue
        properties = site.world.get_schema(resource).get("properties", {})
        schemas: dict[str, Any] = {
            name: site.world.schema_compiler.fold_schema(schema) for name, schema in properties.items()
        }
        texts[resource.name] = [
            name
            for name, schema in schemas.items()
            if schema.get("type") == "string"
            and not _RULED & set(schema)
            and (resource.name, name) not in filtered
            and name not in {"id", "url", resource.key_field}
        ]
    return {name: found for name, found in texts.items() if found}


def install(site: FaultSite) -> InstalledReading | None:
    """Change one text of one record after the other."""
    texts, store = _find_texts(site), site.world.store
    requests, serial = count(1), count()

    def change(_call: ServerCall, user: str | None) -> str | None:
        if next(requests) % _EVERY:
            return user
        number = next(serial)
        resource = sorted(texts)[number % len(texts)]
        records = list(store.iterate_records(resource))
        if records:
            record = records[number * 7 % len(records)]
            store.change(record, _describe_change(record, texts[resource], number))
        return user

    return InstalledReading({"context": change}) if texts else None


def _describe_change(record: StoredRecord, names: list[str], number: int) -> dict[str, Any]:
    written = [n for n in names if isinstance(record.data.get(n), str) and not isinstance(record.data[n], Ref)]
    changes: dict[str, Any] = dict.fromkeys(written[:1], f"Edited {number}")
    if changes and "updated_at" in record.data:
        changes["updated_at"] = format_time(Clock().now())
    return changes


READING = AdmissibleReading(
    "world", "a target that people use: nothing promises that nobody else writes", install, slots=("other people",)
)
