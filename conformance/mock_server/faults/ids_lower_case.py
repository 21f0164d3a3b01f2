"""Ids of one list are in lower case."""

from conformance.mock_server.seeded_faults import Fault, at, edit

FAULT = Fault(
    ("IDS-01", "IDS-04", "CON-02"),
    "the ids that one list shows are in small letters",
    lambda site: at(
        site.pick(operation for operation in site.lists() if site.world.shape.resources[operation.resource].prefix),
        item=edit("id", str.lower),
    ),
    implies=("IDS-07", "RSP-03", "RSP-10"),
)
