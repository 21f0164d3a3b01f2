"""The battery size of an integrated vehicle can be set."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "a client overrides what the vehicle states",
    forget_rule("PATCH /vehicles/{vehicle_id}", "battery-of-integrated"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
    shown_by="rules",
)
