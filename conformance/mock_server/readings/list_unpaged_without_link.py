"""A list without pagination parameters has no `Link`, although the header is documented."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import Operation, Role


def _is_unpaged(operation: Operation) -> bool:
    response = operation.find_response(200)
    names = {header.name.lower() for header in response.headers} if response else set()
    return operation.role is Role.LIST and operation.pagination is None and "link" in names


def install(site: FaultSite) -> InstalledReading | None:
    """Drop the header where nothing can be paged."""

    def drop_link_header(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and _is_unpaged(call.operation):
            response.headers.pop("Link", None)
        return response

    has_place = any(_is_unpaged(operation) for operation in site.model.operations)
    return InstalledReading({"answer": drop_link_header}) if has_place else None


READING = AdmissibleReading(
    "lists",
    "a Link header is documented and no parameter to follow it with (lint: link-unpaged)",
    install,
    slots=("unpaged lists",),
)
