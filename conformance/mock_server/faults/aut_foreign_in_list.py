"""A user's list shows resources of other users."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("AUT-05",),
    "one list shows a user everything",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.owned_operations(Role.LIST)
            if "{" not in operation.path and not operation.user_header
        ),
        visible=lambda _c, _r, _v: True,
    ),
    changes=("status", "headers", "body"),
)
