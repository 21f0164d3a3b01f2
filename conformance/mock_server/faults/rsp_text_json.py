"""One list is sent as text/html."""

from conformance.mock_server.seeded_faults import Fault, at, on_answer

FAULT = Fault(
    ("RSP-02", "RSP-09"),
    "the Content-Type of one list is text/html",
    lambda site: at(
        site.pick(site.lists()), answer=on_answer(lambda answer: setattr(answer, "media", "text/html"), 200)
    ),
    changes=("headers",),
)
