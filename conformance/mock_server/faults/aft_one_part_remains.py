"""One part of a deleted resource can still be read."""

from conformance.mock_server.fault_tools.remaining_parts import keep_parts, list_parts
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Role

FAULT = SeededFault(
    ("AFT-03",),
    "one part of a deleted resource is still there",
    lambda site: keep_parts(list_parts(site, Role.SINGLETON)[:1]),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
