"""The language of the browser overrides the country of the query."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-03",),
    "a check for Britain returns the result for Germany",
    forget_rule("GET /vehicle_compatibility/check", "country-of-query"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="rules",
)
