"""A refusal shows the refused resource."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _reveal_resource(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    if not visible and record.key in call.path:
        raise Problem(404, detail=f"No access to {record.data}.")
    return visible


FAULT = SeededFault(
    ("AUT-14",),
    "404 with a detail that holds the resource as text",
    lambda site: hook_at(site.owned_operations(Role.ITEM), visible=_reveal_resource),
    changes=("body",),
)
