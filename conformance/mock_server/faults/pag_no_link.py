"""One list of several pages has no Link."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_header

FAULT = SeededFault(
    ("PAG-01", "PAG-03"),
    "one list has no Link header",
    lambda site: hook_at(site.pick(site.paged_lists()), answer=on_response(replace_header("Link", None), 200)),
    changes=("headers",),
)
