"""Arrays of links are in the reverse order."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_object
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading:
    """Reverse each array that holds links, in every representation."""
    shape = site.world.shape
    names = {
        name: {link.path for link in shape.list_links(name) if link.many and "." not in link.path}
        for name in shape.resources
    }

    def reverse(record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        chosen = names.get(record.resource, set())
        return {key: value[::-1] if key in chosen and isinstance(value, list) else value for key, value in data.items()}

    return InstalledReading(on_every_object(reverse))


READING = AdmissibleReading(
    "values", "the description is silent on the order of links in an array", install, slots=("array order",)
)
