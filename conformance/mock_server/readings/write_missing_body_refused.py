"""A body that may be left out, and is, is refused."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading | None:
    """Act where a write takes an optional body whose schema requires something."""
    fold, resolve = site.world.schema_compiler.fold_schema, site.world.description.resolve
    keys = {
        o.key
        for o in site.model.operations
        if o.body
        and not o.body.required
        and o.body.media
        and o.body.media[0].schema
        and fold(resolve(o.body.media[0].schema)).get("required")
    }

    def refuse_missing_body(call: ServerCall, _body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        is_missing = call.operation.key in keys and not call.body
        return {"": ["A request body is required."]} if is_missing else errors

    return InstalledReading({"reject": refuse_missing_body}) if keys else None


READING = AdmissibleReading(
    "writes",
    "the body may be left out, yet requires properties (lint: body-optional)",
    install,
    slots=("missing body",),
)
