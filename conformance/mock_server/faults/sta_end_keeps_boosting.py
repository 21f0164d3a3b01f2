"""The end of a boost begins another boost."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("STA-02",),
    "a session goes on boosting after the end of its boost",
    forget_rule("POST /charging_sessions/{charging_session_id}/boost_end", "mode-of-part"),
    changes=("body",),
)
