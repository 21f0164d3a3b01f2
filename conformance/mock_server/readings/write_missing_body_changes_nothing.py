"""A PATCH whose body may be left out, and is, changes nothing."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading | None:
    """Act where a PATCH takes an optional body."""
    keys = {o.key for o in site.model.operations if o.method == "PATCH" and o.body and not o.body.required}

    def accept_missing_body(call: ServerCall, _body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        return {} if call.operation.key in keys and not call.body else errors

    return InstalledReading({"reject": accept_missing_body}) if keys else None


READING = AdmissibleReading(
    "writes",
    "the body may be left out, yet requires properties (lint: body-optional)",
    install,
    slots=("missing body",),
    excludes=("refusal-of-empty-changes",),
)
