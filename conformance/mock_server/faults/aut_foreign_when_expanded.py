"""A resource of another user can be read with expansions."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Role


def _is_visible(call: Call, _record: Record, visible: bool) -> bool:
    return visible or bool(call.every("expand"))


FAULT = Fault(
    ("AUT-05",),
    "a foreign id gives 404, and 200 with expand",
    lambda site: at(
        site.pick(
            operation for operation in site.owned(Role.ITEM) if any(e.resolvable for e in operation.first_expansions)
        ),
        visible=_is_visible,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
