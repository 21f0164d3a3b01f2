"""The waitlist of vehicles accepts a model that does not exist."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "an entry of the waitlist names a model that does not exist",
    forget_rule("POST /vehicle_waitlist", "known-model"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
