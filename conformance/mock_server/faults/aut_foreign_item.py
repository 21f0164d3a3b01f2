"""A user reads a resource of another user."""

from conformance.mock_server.faulting import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("AUT-05",),
    "a member of one collection can be read by everyone",
    lambda site: at(site.pick(o for o in site.owned(Role.ITEM) if "{" in o.path), visible=lambda _c, _r, _v: True),
    changes=("status", "headers", "body"),
)
