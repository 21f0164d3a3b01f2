"""One list is sent as text/html."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response

FAULT = SeededFault(
    ("RSP-02", "RSP-09"),
    "the Content-Type of one list is text/html",
    lambda site: hook_at(
        site.pick(site.root_lists()), answer=on_response(lambda answer: setattr(answer, "media", "text/html"), 200)
    ),
    changes=("headers",),
)
