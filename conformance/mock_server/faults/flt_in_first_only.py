"""Only the first value of `__in` counts."""

from conformance.mock_server.fault_tools.filter_bounds import match_first_values
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("FLT-02",),
    "`__in` with two values finds those of the first",
    match_first_values(1),
    difficulty="subtle",
    changes=("headers", "body"),
)
