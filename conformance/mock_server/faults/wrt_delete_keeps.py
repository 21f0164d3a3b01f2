"""DELETE reports success and keeps the resource."""

from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("WRT-04",),
    "after DELETE, GET gives 200",
    lambda site: at(site.of_role(Role.DELETE), remove=lambda _call, _record, _wanted: False),
    changes=(),
)
