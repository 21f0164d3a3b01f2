"""A boost can be ended where none runs."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-01",),
    "the end of no boost is accepted",
    forget_rule("POST /charging_sessions/{charging_session_id}/boost_end", "mode-of-session"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
