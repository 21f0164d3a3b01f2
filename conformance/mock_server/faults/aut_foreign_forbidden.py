"""Another user's resource is forbidden (403), one that does not exist is not found (404)."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.world.store import StoredRecord


def _refuse_with_403(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    if not visible and record.key in call.path and call.method == "GET":
        raise Problem(403, detail="You may not see this.")
    return visible


FAULT = SeededFault(
    ("AUT-16",),
    "403 for a resource of another user, 404 for an unknown id",
    lambda _site: hook_everywhere(visible=_refuse_with_403),
    changes=("status", "headers", "body"),
)
