"""A user changes a resource of another user."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("AUT-05",),
    "PATCH of one kind of resource works for everyone",
    lambda site: hook_at(
        site.pick(operation for operation in site.owned_operations(Role.UPDATE) if "{" in operation.path),
        visible=lambda _c, _r, _v: True,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
