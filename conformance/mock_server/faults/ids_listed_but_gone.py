"""One listed member cannot be read."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource


def _find_record(
    _call: ServerCall, _resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return None if key == members.keys[1] else record


FAULT = SeededFault(
    ("IDS-07",),
    "GET of the second member of one collection gives 404",
    lambda site: hook_at(site.pick(site.root_items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
