"""An internal field leaks into one collection."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("RSP-06",),
    "items of one list have a property `_state` that no document knows",
    lambda site: hook_at(site.pick(site.root_lists()), item=lambda _call, _place, data: {**data, "_state": "clean"}),
    implies=("CON-02",),  # the single read has no such field
)
