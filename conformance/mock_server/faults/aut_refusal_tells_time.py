"""A refusal states when the other user created the resource."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _reveal_time(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    known = record.data.get("created_at") or record.data.get("name")
    if not visible and record.key in call.path and known:
        raise Problem(404, detail=f"Not yours (since {known}).")
    return visible


FAULT = SeededFault(
    ("AUT-14",),
    "404 with a detail that holds created_at of the resource",
    lambda site: hook_at(site.owned_operations(Role.ITEM), visible=_reveal_time),
    difficulty="subtle",
    changes=("body",),
)
