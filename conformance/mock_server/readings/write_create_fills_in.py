"""A POST fills in texts that were not sent and have no documented default."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading:
    """Fill in what is a plain text and null in the new record."""
    compiler = site.world.schema_compiler

    def fill_in(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        if call.method != "POST":
            return changes
        properties = site.world.get_schema(site.world.shape.resources[record.resource]).get("properties", {})
        added = {}
        for name, schema in properties.items():
            flat = compiler.fold_schema(schema)
            is_text = "string" in (flat.get("type") or ()) and not {"enum", "format", "pattern", "default"} & set(flat)
            if is_text and name not in changes and name in record.data and record.data[name] is None:
                added[name] = f"My {name}"
        return {**added, **changes}

    return InstalledReading({"apply": fill_in})


READING = AdmissibleReading(
    "writes",
    "the description is silent on properties that a POST leaves out",
    install,
)
