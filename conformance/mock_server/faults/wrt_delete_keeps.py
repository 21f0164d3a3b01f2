"""DELETE reports success and keeps the resource."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("WRT-04",),
    "after DELETE, GET gives 200",
    lambda site: hook_at(site.with_roles(Role.DELETE), remove=lambda _call, _record, _wanted: False),
    changes=(),
)
