"""References are not checked."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("WRT-08",),
    "a URL that leads nowhere is taken as a reference",
    lambda _site: hook_everywhere(reject=drop_complaints("Not the URL of")),
    changes=("status", "headers", "body"),
    implies=("LNK-01", "LNK-02", "RSP-01", "RSP-08"),  # the accepted value is shown, and responses made from it fail
)
