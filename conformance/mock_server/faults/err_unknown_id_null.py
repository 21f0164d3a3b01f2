"""An unknown id gives null."""

from conformance.mock_server.seeded_faults import Fault, at, becomes, on_answer

FAULT = Fault(
    ("ERR-05", "IDS-06"),
    "an unknown id gives 200 and null in one operation",
    lambda site: at(site.pick(site.items()), answer=on_answer(becomes(200), 404)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
