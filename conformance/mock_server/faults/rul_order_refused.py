"""An unknown order of models is an error."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-03",),
    "an order that is not known gives 400",
    forget_rule("GET /vehicle_models", "unknown-order"),
    changes=("status", "headers", "body"),
    shown_by="rules",
)
