"""Writes do not check formats."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("WRT-06", "ERR-08"),
    "a malformed email or date-time gives 2xx",
    lambda _site: hook_everywhere(reject=drop_complaints("Does not have the required f")),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01", "RSP-03", "RSP-08", "RSP-10"),  # the accepted value is shown, and responses made from it fail
)
