"""The read of one resource has the status 206 instead of 200."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response

FAULT = SeededFault(
    ("RSP-01",),
    "GET of any member of one collection has the status 206",
    lambda site: hook_at(
        site.pick(site.root_items()), answer=on_response(lambda answer: setattr(answer, "status", 206), 200)
    ),
    changes=("status",),
)
