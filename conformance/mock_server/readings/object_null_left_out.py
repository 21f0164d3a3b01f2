"""A property that may be left out is left out where it is null."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.schema_walks import change_shown_objects


def _drop_nulls(schema: Any, data: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {name: value for name, value in data.items() if value is not None or name in required}


def install(site: FaultSite) -> InstalledReading:
    """Follow the schema that each operation documents for the object."""
    return InstalledReading(change_shown_objects(site, _drop_nulls))


READING = AdmissibleReading(
    "values",
    "JSON Schema, validation, 6.5.3: a property that is not required may be absent",
    install,
    slots=("optional properties",),
)
