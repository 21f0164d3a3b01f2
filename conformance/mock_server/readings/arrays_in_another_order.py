"""Arrays of links are in the reverse order, where no order is documented."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_object
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord

_ORDERED = re.compile(r"newest|oldest|first|order|sorted", re.IGNORECASE)


def install(site: FaultSite) -> InstalledReading:
    """Reverse each array that holds links, in every representation."""
    shape = site.world.shape
    names: dict[str, set[str]] = {}
    for name, resource in shape.resources.items():
        properties = site.world.get_schema(resource).get("properties", {})
        paths = {link.path for link in shape.list_links(name) if link.many and "." not in link.path}
        names[name] = {path for path in paths if not _ORDERED.search(_find_link_arrays(site, properties.get(path, {})))}

    def reverse_arrays(record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        chosen = names.get(record.resource, set())
        return {key: value[::-1] if key in chosen and isinstance(value, list) else value for key, value in data.items()}

    return InstalledReading(on_every_object(reverse_arrays))


def _find_link_arrays(site: FaultSite, schema: Any) -> str:
    return str(site.world.schema_compiler.fold_schema(schema).get("description", ""))


READING = AdmissibleReading(
    "values", "the description is silent on the order of links in an array", install, slots=("array order",)
)
