"""A user reads a resource of another user."""

from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("AUT-05",),
    "a member of one collection can be read by everyone",
    lambda site: at(
        site.pick(operation for operation in site.owned(Role.ITEM) if "{" in operation.path),
        visible=lambda _c, _r, _v: True,
    ),
    changes=("status", "headers", "body"),
)
