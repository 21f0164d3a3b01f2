"""The parts of a deleted resource can still be read."""

from conformance.mock_server.fault_tools.remaining_parts import keep_parts, list_parts
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Role

FAULT = SeededFault(
    ("AFT-03",),
    "below a deleted resource everything is still there",
    lambda site: keep_parts(list_parts(site, Role.LIST, Role.SINGLETON)),
    changes=("status", "headers", "body"),
)
