"""Ids of one resource lack their last character."""

from conformance.mock_server.seeded_faults import Fault, at, edit

FAULT = Fault(
    ("IDS-01", "IDS-04"),
    "ids of one kind of member have 29 characters",
    lambda site: at(site.pick(site.items()), item=edit("id", lambda text: text[:-1])),
    implies=("CON-02", "EXP-04", "IDS-07", "RSP-03"),
)
