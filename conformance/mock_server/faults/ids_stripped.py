"""White space around an id is ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource


def _find_record(
    _call: Call, _resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return record or members.by_key.get(key.strip())


FAULT = Fault(
    ("IDS-06",),
    "an id with a line feed at its end gives 200",
    lambda site: at(site.items(), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
