"""References are not checked."""

from conformance.mock_server.complaint_filter import forgiving
from conformance.mock_server.seeded_faults import Fault, anywhere

FAULT = Fault(
    ("WRT-08",),
    "a URL that leads nowhere is taken as a reference",
    lambda _site: anywhere(reject=forgiving("Not the URL of")),
    changes=("status", "headers", "body"),
    implies=("LNK-01", "LNK-02", "RSP-01", "RSP-08"),  # the accepted value is shown, and responses made from it fail
)
