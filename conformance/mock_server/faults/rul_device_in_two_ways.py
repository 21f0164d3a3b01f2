"""The waitlist of chargers takes a device that is named in two ways, or in none."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "an entry names an id, a make and a model",
    forget_rule("POST /evse_waitlist", "one-device"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
    shown_by="rules",
)
