"""A boost can be started where smart charging is off."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-01",),
    "a vehicle that is not managed is boosted",
    forget_rule("POST /charging_sessions/{charging_session_id}/boost_start", "managed-vehicle"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
