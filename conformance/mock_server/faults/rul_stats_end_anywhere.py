"""Statistics end at any minute."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "a period may end at seventeen minutes past",
    forget_rule("GET /hem_systems/{hem_system_id}/energy_stats", "aligned-end"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="rules",
)
