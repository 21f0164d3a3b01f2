"""A body that sends a read-only property is refused."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading:
    """Refuse what the schema of the body, or of the resource, marks as read-only."""
    fold, resolve = site.world.schema_compiler.fold_schema, site.world.description.resolve

    def refuse_read_only(call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        media = call.operation.body.media[0] if call.operation.body and call.operation.body.media else None
        properties = fold(resolve(media.schema)).get("properties", {}) if media and media.schema else {}
        sent = [name for name in properties if name in body and fold(properties[name]).get("readOnly")]
        return {**{name: ["Read only."] for name in sent}, **errors}

    return InstalledReading({"reject": refuse_read_only})


READING = AdmissibleReading(
    "refusals",
    "OpenAPI 3.1, 4.8.24.2 (readOnly): should not be sent; what becomes of it is not said (lint: body-read-only)",
    install,
    slots=("read-only properties",),
)
