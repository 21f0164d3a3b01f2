"""An expanded object has the required properties of its nested schema alone, and its links."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.schema_walks import change_shown_objects


def install(site: FaultSite) -> InstalledReading:
    """Drop what the schema of the expanded object does not require, unless it is a link or a value that it holds."""

    def keep_required(schema: Any, data: dict[str, Any]) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        return {
            name: value
            for name, value in data.items()
            if name in required or name in {"id", "url"} or isinstance(value, str | dict | list)
        }

    hooks = change_shown_objects(site, keep_required)
    return InstalledReading({"nested": hooks["nested"]})


READING = AdmissibleReading(
    "expansion",
    "the schema of what is expanded is documented by itself; nothing says that it shows all that a read shows",
    install,
    slots=("optional properties",),
)
