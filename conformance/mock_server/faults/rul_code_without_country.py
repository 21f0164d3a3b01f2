"""A postal code needs no country."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "a postal code is looked up in no country",
    forget_rule("GET /programs", "country-of-code"),
    changes=("status", "headers", "body"),
)
