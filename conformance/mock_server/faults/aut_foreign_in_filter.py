"""Filters are applied to the resources of all users."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _show_filtered(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
    names = {query_filter.parameter for query_filter in call.operation.filters}
    return visible or any(name in names for name, _ in call.query)


FAULT = SeededFault(
    ("AUT-15",),
    "with any filter one list shows a user another user's resources",
    lambda site: hook_at(
        site.pick(o for o in site.personal_operations(Role.LIST) if any(f.field for f in o.filters)),
        visible=_show_filtered,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-05",),
)
