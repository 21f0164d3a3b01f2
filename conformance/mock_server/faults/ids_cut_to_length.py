"""Characters of an id after the thirtieth are ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource


def _find_record(
    _call: ServerCall, _resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return record or members.by_key.get(key[:30])


FAULT = SeededFault(
    ("IDS-06",),
    "an id with a letter too many gives 200",
    lambda site: hook_at(site.pick(site.root_items()), lookup=_find_record),
    changes=("status", "headers", "body"),
)
