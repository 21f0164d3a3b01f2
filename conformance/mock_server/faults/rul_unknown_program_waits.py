"""The waitlist of chargers accepts a program that does not exist."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "an entry of the waitlist names a program that does not exist",
    forget_rule("POST /evse_waitlist", "known-program"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
