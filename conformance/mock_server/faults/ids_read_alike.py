"""Letters that look like digits are read as digits."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource

_ALIKE = str.maketrans("ILOilo", "110110")


def _find_record(
    _call: ServerCall, _resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return record or members.by_key.get(key[:4] + key[4:].translate(_ALIKE))


FAULT = SeededFault(
    ("IDS-06",),
    "O for 0 and I for 1 in an id give 200",
    lambda site: hook_at(site.pick(site.root_items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
