"""Characters of an id after the thirtieth are ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource


def _find_record(
    _call: Call, _resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return record or members.by_key.get(key[:30])


FAULT = Fault(
    ("IDS-06",),
    "an id with a letter too many gives 200",
    lambda site: at(site.pick(site.items()), lookup=_find_record),
    changes=("status", "headers", "body"),
)
