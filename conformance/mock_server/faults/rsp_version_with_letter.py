"""The version header contains a letter in one operation."""

from conformance.mock_server.seeded_faults import Fault, at, on_answer, set_header

FAULT = Fault(
    ("RSP-04", "VER-01"),
    "EvEnergy-Version is `v2` in the answers of one operation",
    lambda site: at(site.pick(site.items()), answer=on_answer(set_header(site.model.version_header, "v2"), 200)),
    difficulty="subtle",
    changes=("headers",),
)
