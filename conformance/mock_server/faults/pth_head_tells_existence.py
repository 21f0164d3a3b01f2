"""HEAD on an item is handled before the token is checked, so it reveals what exists."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, open_to_strangers
from conformance.model import Role

FAULT = SeededFault(
    ("PTH-01",),
    "HEAD without a token gives 200 for an item that exists, and 404 for others",
    lambda site: hook_at(
        site.pick(site.secured_operations(Role.ITEM)),
        admit=open_to_strangers(lambda call: call.method == "HEAD", 401, 403),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-03",),
)
