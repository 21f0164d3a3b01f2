"""Two region groups have one name."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-07",),
    "a group with a name that is taken is created",
    forget_rule("POST /region_groups", "unique-groups"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
