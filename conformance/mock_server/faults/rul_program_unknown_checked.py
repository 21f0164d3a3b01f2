"""The check of a charger takes a program that does not exist."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "a model is checked for a program that does not exist",
    forget_rule("GET /evse_compatibility/check", "known-program"),
    changes=("status", "headers", "body"),
    shown_by="rules",
)
