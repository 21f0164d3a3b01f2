"""One list does not have the version header."""

from conformance.mock_server.seeded_faults import Fault, at, on_answer, set_header

FAULT = Fault(
    ("VER-01",),
    "one list lacks EvEnergy-Version",
    lambda site: at(site.pick(site.lists()), answer=on_answer(set_header(site.model.version_header, None), 200)),
    difficulty="subtle",
    changes=("headers",),
)
