"""Lists show times to the second, single reads with a fraction."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.fault_sites import FaultSite

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def install(site: FaultSite) -> InstalledReading:
    """Shorten created, joined and updated times of items in lists; keys and times that filters compare stay."""
    filtered = {
        (operation.resource, query_filter.field)
        for operation in site.model.operations
        for query_filter in operation.filters
    }
    keys = {resource.name: resource.key_field for resource in site.model.resources}
    names = ("created_at", "joined_at", "updated_at")

    def shorten_times(_call: ServerCall, place: RecordPosition, data: dict[str, Any]) -> dict[str, Any]:
        if not place.is_listed:
            return data
        kind = place.record.resource
        changed = {}
        for name in names:
            match = _TIME.fullmatch(str(data.get(name)))
            if match and keys.get(kind) != name and (kind, name) not in filtered:
                changed[name] = f"{match[1]}Z"
        return {**data, **changed}

    return InstalledReading({"item": shorten_times})


READING = AdmissibleReading(
    "values", "RFC 3339, section 5.6: the fraction of a second is optional; the description is silent on precision",
    install, slots=("time format",),
)  # fmt: skip
