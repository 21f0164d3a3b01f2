"""A refusal that is documented without a body has none."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading | None:
    """Drop the problem where the documented response of that status has no media type."""
    places = {
        (operation.key, int(response.status))
        for operation in site.model.operations
        for response in operation.responses
        if response.status.isdigit() and response.status.startswith("4") and not response.media
    }

    def drop_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and (call.operation.key, response.status) in places:
            response.body, response.media = None, ""
        return response

    return InstalledReading({"answer": drop_body}) if places else None


READING = AdmissibleReading(
    "problems",
    "general documentation has problems everywhere, some responses document no body (lint: error-no-problem)",
    install,
)
