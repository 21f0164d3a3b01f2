"""The read of one resource has the status 206 instead of 200."""

from conformance.mock_server.seeded_faults import Fault, at, on_answer

FAULT = Fault(
    ("RSP-01",),
    "GET of any member of one collection has the status 206",
    lambda site: at(site.pick(site.items()), answer=on_answer(lambda answer: setattr(answer, "status", 206), 200)),
    changes=("status",),
)
