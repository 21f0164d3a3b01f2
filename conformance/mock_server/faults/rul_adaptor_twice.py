"""An adaptor is listed twice."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "a list of adaptors names one twice",
    forget_rule("PATCH /vehicles/{vehicle_id}/connectors", "distinct-adaptors"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
    shown_by="rules",
)
