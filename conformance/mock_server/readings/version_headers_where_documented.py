"""A response has version and rate headers only where they are documented for its status."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import Operation, ResponseSpec

_LIMIT, _REMAINING = "x-ratelimit-limit", "x-ratelimit-remaining"


def _list_undocumented(response: ResponseSpec, names: set[str]) -> set[str]:
    return names - {header.name.lower() for header in response.headers}


def install(site: FaultSite) -> InstalledReading | None:
    """Drop the headers that a documented response does not list."""
    names = {site.model.version_header.lower(), _LIMIT, _REMAINING} - {""}

    def drop_undocumented(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        documented = call.operation.find_response(response.status) if call else None
        missing = _list_undocumented(documented, names) if documented else set()
        response.headers = {name: value for name, value in response.headers.items() if name.lower() not in missing}
        return response

    has_place = any(
        _list_undocumented(response, names)
        for operation in site.model.operations
        for response in _list_used_responses(operation)
    )
    return InstalledReading({"answer": drop_undocumented}) if has_place else None


def _list_used_responses(operation: Operation) -> list[ResponseSpec]:
    return [response for response in operation.responses if response.status[:1] in {"2", "4"}]


READING = AdmissibleReading(
    "versions",
    "nearly all responses document these headers, some do not (lint: header-missing)",
    install,
    slots=("rate headers of errors",),
)
