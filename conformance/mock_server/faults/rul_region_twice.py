"""Two regions have one name."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-07",),
    "a region with a name that is taken is created",
    forget_rule("POST /regions", "unique-regions"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
