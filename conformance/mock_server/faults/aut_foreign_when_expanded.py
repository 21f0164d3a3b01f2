"""A resource of another user can be read with expansions."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _is_visible(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
    return visible or bool(call.query_values("expand"))


FAULT = SeededFault(
    ("AUT-05",),
    "a foreign id gives 404, and 200 with expand",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.owned_operations(Role.ITEM)
            if any(e.resolvable for e in operation.first_expansions)
        ),
        visible=_is_visible,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
