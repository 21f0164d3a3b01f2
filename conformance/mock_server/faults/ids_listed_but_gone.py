"""One listed member cannot be read."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Resource


def _find_record(
    _call: Call, _resource: Resource, members: Collection, key: str, record: Record | None
) -> Record | None:
    return None if key == members.keys[1] else record


FAULT = Fault(
    ("IDS-07",),
    "GET of the second member of one collection gives 404",
    lambda site: at(site.pick(site.items()), lookup=_find_record),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
