"""The URLs of one resource have the production host."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("IDS-04",),
    "`url` of one kind of member begins with https://api.ev.energy/v2",
    lambda site: hook_at(
        site.pick(operation for operation in site.root_items() if "url" in site.properties(operation)),
        item=lambda call, _place, data: {**data, "url": data["url"].replace(call.base, "https://api.ev.energy/v2")},
    ),
    implies=("CON-02", "EXP-04", "IDS-07", "LNK-03"),
)
