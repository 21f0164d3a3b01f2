"""An empty text is stored as null, where null is allowed."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading:
    """Read from the schema of each body what may be null."""

    def store_null(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        properties = site.writable_properties(call.operation)
        nullable = {name for name, schema in properties.items() if "null" in (schema.get("type") or ())}
        return {name: None if value == "" and name in nullable else value for name, value in changes.items()}

    return InstalledReading({"apply": store_null})


READING = AdmissibleReading(
    "writes", "the description does not say how an empty text differs from none", install, slots=("empty text",)
)
