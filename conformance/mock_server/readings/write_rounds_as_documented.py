"""A number that is stored rounded to the nearest 10, as its description says, comes back rounded."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord

_ROUNDED = re.compile(r"to\s+the\s+nearest\b.*\((\d+) Wh\)", re.DOTALL)


def install(site: FaultSite) -> InstalledReading | None:
    """Find the properties whose description says so, in the schemas of resources."""
    steps: dict[tuple[str, str], int] = {}
    for name, resource in site.world.shape.resources.items():
        for key, schema in site.world.get_schema(resource).get("properties", {}).items():
            text = str(site.world.schema_compiler.fold_schema(schema).get("description", ""))
            if match := _ROUNDED.search(text):
                steps[name, key] = int(match[1])

    def round_numbers(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        rounded = {}
        for name, value in changes.items():
            step = steps.get((record.resource, name))
            rounded[name] = round(value / step) * step if step and isinstance(value, int | float) else value
        return rounded

    return InstalledReading({"apply": round_numbers}) if steps else None


READING = AdmissibleReading(
    "writes", "the description of the property: stored to the nearest 0.01 kWh (10 Wh)", install
)
