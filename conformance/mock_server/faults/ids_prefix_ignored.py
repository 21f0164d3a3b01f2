"""Members of one collection are found by their ULID with any prefix."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource


def _find_record(
    _call: ServerCall, resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return record or members.by_key.get(resource.prefix + key[4:])


FAULT = SeededFault(
    ("IDS-06",),
    "a foreign prefix before the right ULID gives 200 in one operation",
    lambda site: hook_at(site.pick(site.root_items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
