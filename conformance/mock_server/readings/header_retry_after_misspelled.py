"""Responses carry `RetryAfter` where the provider's description documents a header of that name."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import ResponseSpec

_MISSPELLED = "RetryAfter"


def _has_misspelled(response: ResponseSpec | None) -> bool:
    return response is not None and any(header.name == _MISSPELLED for header in response.headers)


def install(site: FaultSite) -> InstalledReading | None:
    """Follow the description where it spells the header like that."""
    if not any(_has_misspelled(response) for operation in site.model.operations for response in operation.responses):
        return None

    def add_header(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call and _has_misspelled(call.operation.find_response(response.status)):
            response.headers[_MISSPELLED] = "1"
        return response

    return InstalledReading({"answer": add_header})


READING = AdmissibleReading(
    "headers",
    "the provider's description documents RetryAfter on most statuses, Retry-After on 429 (lint: header-misspelled)",
    install,
)
