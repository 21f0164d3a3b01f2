"""Ids are also found in lower case."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Resource


def _find_record(
    _call: ServerCall, _resource: Resource, members: RecordCollection, key: str, record: StoredRecord | None
) -> StoredRecord | None:
    return record or members.by_key.get(key[:4].lower() + key[4:].upper())


FAULT = SeededFault(
    ("IDS-06",),
    "an id in small letters gives 200",
    lambda _site: hook_everywhere(lookup=_find_record),
    changes=("status", "headers", "body"),
)
