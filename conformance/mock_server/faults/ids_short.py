"""Ids of one resource lack their last character."""

from conformance.mock_server.seeded_faults import SeededFault, edit_property, hook_at

FAULT = SeededFault(
    ("IDS-01", "IDS-04"),
    "ids of one kind of member have 29 characters",
    lambda site: hook_at(site.pick(site.root_items()), item=edit_property("id", lambda text: text[:-1])),
    implies=("CON-02", "EXP-04", "IDS-07", "RSP-03"),
)
