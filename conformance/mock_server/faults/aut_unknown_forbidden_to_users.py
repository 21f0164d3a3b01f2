"""An id that does not exist is forbidden (403) to the token of a user."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _refuse_with_403(call: ServerCall, _resource: Any, _members: Any, _key: str, record: Any) -> Any:
    if record is None and call.user and call.method == "GET":
        raise Problem(403, detail="You may not see this.")
    return record


FAULT = SeededFault(
    ("AUT-16",),
    "403 for an unknown id, 404 for a resource of another user",
    lambda site: hook_at(site.pick(site.personal_operations(Role.ITEM)), lookup=_refuse_with_403),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("ERR-05",),
)
