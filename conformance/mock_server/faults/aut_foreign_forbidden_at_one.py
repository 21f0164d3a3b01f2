"""At one collection another user's resource is forbidden (403), one that does not exist is not found (404)."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _refuse_with_403(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    if not visible and record.key in call.path:
        raise Problem(403, detail="You may not see this.")
    return visible


FAULT = SeededFault(
    ("AUT-16",),
    "403 for a resource of another user at one operation",
    lambda site: hook_at(site.pick(site.personal_operations(Role.ITEM)), visible=_refuse_with_403),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
