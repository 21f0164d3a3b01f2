"""The language of the browser goes before the country of the query."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-03",),
    "a check for Britain answers for Germany",
    forget_rule("GET /vehicle_compatibility/check", "country-of-query"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="rules",
)
