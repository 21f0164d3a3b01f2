"""A user creates something for another user."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.world.store import StoredRecord


def _accept_reference(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
    return visible or (call.method in {"POST", "PATCH"} and record.resource == "users" and record.key not in call.path)


FAULT = SeededFault(
    ("AUT-17",),
    "POST with the URL of another user in user is accepted",
    lambda _site: hook_everywhere(visible=_accept_reference),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="references",
)
