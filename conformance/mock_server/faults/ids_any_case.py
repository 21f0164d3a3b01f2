"""Ids are also found in lower case."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, anywhere
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource


def _find_record(
    _call: Call, _resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return record or members.by_key.get(key[:4].lower() + key[4:].upper())


FAULT = Fault(
    ("IDS-06",),
    "an id in small letters gives 200",
    lambda _site: anywhere(lookup=_find_record),
    changes=("status", "headers", "body"),
)
