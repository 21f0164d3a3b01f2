"""The user header does not narrow one list."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("AUT-06",),
    "EvEnergy-User changes nothing in one list",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.owned_operations(Role.LIST)
            if operation.user_header and site.count_records(operation) > 5
        ),
        context=lambda call, _user: call.grant.user or None if call.grant else None,
    ),
    changes=("headers", "body"),
)
