"""Statistics of any length are computed."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "half-hourly statistics of more than a day are given",
    forget_rule("GET /hem_systems/{hem_system_id}/energy_stats", "longest-period"),
    changes=("status", "headers", "body"),
    shown_by="rules",
)
