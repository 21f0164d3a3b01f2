"""A 429 says how long to wait in `RetryAfter`, as the provider's description spells it."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import on_response

_MISSPELLED = "RetryAfter"


def _rename(response: ServerResponse) -> None:
    if "Retry-After" in response.headers:
        response.headers[_MISSPELLED] = response.headers.pop("Retry-After")


def install(site: FaultSite) -> InstalledReading | None:
    """Follow the description where it spells the header like that."""
    headers = {
        header.name
        for operation in site.model.operations
        for response in operation.responses
        for header in response.headers
    }
    return InstalledReading({"answer": on_response(_rename, 429)}) if _MISSPELLED in headers else None


READING = AdmissibleReading(
    "headers",
    "the provider's description names RetryAfter, its documentation Retry-After (lint: header-misspelled)",
    install,
)
