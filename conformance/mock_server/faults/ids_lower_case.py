"""Ids of one list are in lower case."""

from conformance.mock_server.seeded_faults import SeededFault, edit_property, hook_at

FAULT = SeededFault(
    ("IDS-01", "IDS-04", "CON-02"),
    "the ids that one list shows are in small letters",
    lambda site: hook_at(
        site.pick(
            operation for operation in site.root_lists() if site.world.shape.resources[operation.resource].prefix
        ),
        item=edit_property("id", str.lower),
    ),
    implies=("IDS-07", "RSP-03", "RSP-10"),
)
