"""An unreadable body counts as empty where no body is required."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("ERR-08", "WRT-06"),
    "malformed JSON in a PATCH gives 200",
    lambda site: hook_at(site.body_writes(Role.UPDATE), unreadable=lambda _call, _problem: None),
    changes=("status", "headers", "body"),
)
