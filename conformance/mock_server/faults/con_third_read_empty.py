"""A cold cache shows a list without items."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_tools.repeated_reads import change_third_read
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Role


def _drop_items(call: ServerCall, response: ServerResponse) -> None:
    if call.operation.role is Role.LIST:
        response.raw = b"[]"


FAULT = SeededFault(
    ("CON-09",),
    "every third identical read of a list has no items",
    change_third_read(_drop_items),
    changes=("status", "headers", "body"),
    implies=("CON-01", "CON-02", "PAG-09"),
)
