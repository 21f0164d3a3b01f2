"""Small pages are cut from the resources of all users."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _show_sized(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
    size = call.operation.pagination.size if call.operation.pagination else ""
    return visible or bool(call.query_values(size))


FAULT = SeededFault(
    ("AUT-15",),
    "with page_size one list shows a user another user's resources",
    lambda site: hook_at(
        site.pick(o for o in site.personal_operations(Role.LIST) if o.pagination and o.pagination.size),
        visible=_show_sized,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-05",),
)
