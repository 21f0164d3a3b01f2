"""A region group takes two regions of one name."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "two regions of a new group have one name",
    forget_rule("POST /region_groups", "distinct-regions"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09", "RUL-07"),
)
