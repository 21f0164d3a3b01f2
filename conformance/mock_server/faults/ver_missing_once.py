"""One list does not have the version header."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_header

FAULT = SeededFault(
    ("VER-01",),
    "one list lacks EvEnergy-Version",
    lambda site: hook_at(
        site.pick(site.root_lists()), answer=on_response(replace_header(site.model.version_header, None), 200)
    ),
    difficulty="subtle",
    changes=("headers",),
)
