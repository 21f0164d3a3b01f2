"""A boost can be started while one runs."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-01",),
    "a second boost is accepted",
    forget_rule("POST /charging_sessions/{charging_session_id}/boost_start", "mode-of-session"),
    changes=("status", "headers", "body"),
)
