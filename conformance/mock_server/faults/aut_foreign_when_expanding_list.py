"""With expand a list shows the resources of all users."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _show_expanded(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
    return visible or bool(call.query_values("expand"))


FAULT = SeededFault(
    ("AUT-15",),
    "with expand one list shows a user another user's resources",
    lambda site: hook_at(
        site.pick(o for o in site.personal_operations(Role.LIST) if o.first_expansions),
        visible=_show_expanded,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-05",),
)
