"""A refusal names the owner."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _reveal_owner(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    if not visible and record.key in call.path:
        raise Problem(404, detail=f"It belongs to {call.base}/users/{record.owner}.")
    return visible


FAULT = SeededFault(
    ("AUT-14",),
    "404 with a detail that holds the id of the other user",
    lambda site: hook_at(site.owned_operations(Role.ITEM), visible=_reveal_owner),
    changes=("body",),
)
