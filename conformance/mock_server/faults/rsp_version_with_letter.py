"""The version header contains a letter in one operation."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_header

FAULT = SeededFault(
    ("RSP-04", "VER-01"),
    "EvEnergy-Version is `v2` in the responses of one operation",
    lambda site: hook_at(
        site.pick(site.root_items()), answer=on_response(replace_header(site.model.version_header, "v2"), 200)
    ),
    difficulty="subtle",
    changes=("headers",),
)
