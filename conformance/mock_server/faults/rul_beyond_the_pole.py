"""A charger stands beyond the pole."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "a latitude of 90.5 is taken",
    forget_rule("PATCH /evses/{evse_id}", "place-on-earth"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
