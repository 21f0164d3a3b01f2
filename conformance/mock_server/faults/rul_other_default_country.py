"""A check without a country is for Britain."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-03",),
    "without country and language a check is for another country than documented",
    forget_rule("GET /evse_compatibility/check", "default-country"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
