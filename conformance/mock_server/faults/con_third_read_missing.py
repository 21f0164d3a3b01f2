"""The third read of a resource in a row finds nothing."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_tools.repeated_reads import change_third_read
from conformance.mock_server.seeded_faults import SeededFault, replace_response


def _find_nothing(_call: ServerCall, response: ServerResponse) -> None:
    replace_response(404, {"title": "Not Found", "status": 404, "detail": "Not found."})(response)


FAULT = SeededFault(
    ("CON-09",),
    "every third identical read gives 404",
    change_third_read(_find_nothing),
    changes=("status", "headers", "body"),
    implies=("CON-01", "CON-02", "RSP-12"),
)
