"""The native connector of a vehicle is one of its adaptors too."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "an adaptor is the native connector",
    forget_rule("PATCH /vehicles/{vehicle_id}/connectors", "other-adaptors"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
