"""A user reads a resource of another user."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("AUT-05",),
    "a member of one collection can be read by everyone",
    lambda site: hook_at(
        site.pick(operation for operation in site.owned_operations(Role.ITEM) if "{" in operation.path),
        visible=lambda _c, _r, _v: True,
    ),
    changes=("status", "headers", "body"),
)
