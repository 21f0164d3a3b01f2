"""Members of one collection are found by their ULID with any prefix."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource


def _find_record(
    _call: Call, resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return record or members.by_key.get(resource.prefix + key[4:])


FAULT = Fault(
    ("IDS-06",),
    "a foreign prefix before the right ULID gives 200 in one operation",
    lambda site: at(site.pick(site.items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
