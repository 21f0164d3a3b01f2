"""An unknown id gives null."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_response

FAULT = SeededFault(
    ("ERR-05", "IDS-06"),
    "an unknown id gives 200 and null in one operation",
    lambda site: hook_at(site.pick(site.root_items()), answer=on_response(replace_response(200), 404)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
