"""Links in changes are looked up among the resources of all users."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.world.store import StoredRecord


def _accept_reference(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    return visible or (call.method == "PATCH" and record.key not in call.path)


FAULT = SeededFault(
    ("AUT-17",),
    "a PATCH may link to another user's resource",
    lambda _site: hook_everywhere(visible=_accept_reference),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="references",
)
