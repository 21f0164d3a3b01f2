"""Properties that are not required are left out, but for those that identify the object."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.schema_walks import change_shown_objects

_KEPT = {"id", "url"}


def _drop_optional(schema: Any, data: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ())) | _KEPT
    return {name: value for name, value in data.items() if name in required}


def install(site: FaultSite) -> InstalledReading:
    """Follow the schema that each operation documents for the object."""
    return InstalledReading(change_shown_objects(site, _drop_optional))


READING = AdmissibleReading(
    "values",
    "JSON Schema, validation, 6.5.3; several schemas require nothing, so that {} is valid "
    "(lint: response-promises-nothing)",
    install,
    slots=("optional properties",),
)
