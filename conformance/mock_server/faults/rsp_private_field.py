"""An internal field leaks into one collection."""

from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("RSP-06",),
    "items of one list have a property `_state` that no document knows",
    lambda site: at(site.pick(site.lists()), item=lambda _call, _place, data: {**data, "_state": "clean"}),
    implies=("CON-02",),  # the single read has no such field
)
