"""Microseconds in a lower bound are cut."""

from conformance.mock_server import clock
from conformance.mock_server.fault_tools.filter_bounds import cut_lower_bounds
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("FLT-08",),
    "10:00:00.123456 in a filter is read as 10:00:00.123",
    cut_lower_bounds(clock.SECOND // 1000),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-02", "FLT-03", "FLT-05"),
)
