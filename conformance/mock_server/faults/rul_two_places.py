"""Programs are searched in two places at once."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "coordinates and a postal code are taken together",
    forget_rule("GET /programs", "one-place"),
    changes=("status", "headers", "body"),
    shown_by="rules",
)
