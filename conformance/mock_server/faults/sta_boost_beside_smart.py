"""A boost begins, and the smart sub-session goes on."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-02",),
    "two sub-sessions run at once",
    forget_rule("POST /charging_sessions/{charging_session_id}/boost_start", "end-of-part"),
    difficulty="subtle",
    changes=("body",),
)
