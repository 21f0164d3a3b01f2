"""Letters that look like digits are read as digits."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource

_ALIKE = str.maketrans("ILOilo", "110110")


def _find_record(
    _call: Call, _resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return record or members.by_key.get(key[:4] + key[4:].translate(_ALIKE))


FAULT = Fault(
    ("IDS-06",),
    "O for 0 and I for 1 in an id give 200",
    lambda site: at(site.pick(site.items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
