"""A user changes a resource of another user."""

from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("AUT-05",),
    "PATCH of one kind of thing works for everyone",
    lambda site: at(
        site.pick(operation for operation in site.owned(Role.UPDATE) if "{" in operation.path),
        visible=lambda _c, _r, _v: True,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
