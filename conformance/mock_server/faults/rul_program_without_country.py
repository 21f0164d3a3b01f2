"""The country of a program is not looked at."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-03",),
    "a check for a program depends on the country of the query",
    forget_rule("GET /evse_compatibility/check", "country-of-program"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="rules",
)
