"""The waitlist of vehicles takes a model that does not exist."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "somebody waits for a model that nobody has",
    forget_rule("POST /vehicle_waitlist", "known-model"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
