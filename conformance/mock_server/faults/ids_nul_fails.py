"""A NUL in an id fails in the database."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _has_nul_in_id(call: ServerCall, response: ServerResponse) -> bool:
    return response.status == 404 and any("\x00" in value for value in call.path_values.values())


FAULT = SeededFault(
    ("IDS-06", "RSP-08"),
    "%00 in an id gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_has_nul_in_id)),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
