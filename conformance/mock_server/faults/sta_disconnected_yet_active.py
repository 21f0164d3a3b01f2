"""A disconnected vehicle stays active."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-02",),
    "a disconnected vehicle reads ACTIVE",
    forget_rule("POST /vehicles/{vehicle_id}/disconnect", "inactive"),
    changes=("body",),
)
