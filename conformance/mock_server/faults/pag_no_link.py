"""One list of several pages has no Link."""

from conformance.mock_server.seeded_faults import Fault, at, on_answer, set_header

FAULT = Fault(
    ("PAG-01", "PAG-03"),
    "one list has no Link header",
    lambda site: at(site.pick(site.paged()), answer=on_answer(set_header("Link", None), 200)),
    changes=("headers",),
)
