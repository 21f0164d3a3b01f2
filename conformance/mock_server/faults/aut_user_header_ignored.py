"""The user header does not narrow one list."""

from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("AUT-06",),
    "EvEnergy-User changes nothing in one list",
    lambda site: at(
        site.pick(
            operation for operation in site.owned(Role.LIST) if operation.user_header and site.count(operation) > 5
        ),
        context=lambda call, _user: call.grant.user or None if call.grant else None,
    ),
    changes=("headers", "body"),
)
