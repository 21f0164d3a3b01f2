"""An unreadable body counts as empty where no body is required."""

from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("ERR-08", "WRT-06"),
    "malformed JSON in a PATCH gives 200",
    lambda site: at(site.bodies(Role.UPDATE), unreadable=lambda _call, _problem: None),
    changes=("status", "headers", "body"),
)
