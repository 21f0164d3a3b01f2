"""The waitlist of chargers takes a program that does not exist."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "somebody waits in a program that does not exist",
    forget_rule("POST /evse_waitlist", "known-program"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
