"""White space around an id is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource


def _find_record(
    _call: ServerCall, _resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return record or members.by_key.get(key.strip())


FAULT = SeededFault(
    ("IDS-06",),
    "an id with a line feed at its end gives 200",
    lambda site: hook_at(site.root_items(), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
