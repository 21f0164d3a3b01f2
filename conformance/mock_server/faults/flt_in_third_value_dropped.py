"""Only the first two values of `__in` count."""

from conformance.mock_server.fault_tools.filter_bounds import match_first_values
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("FLT-02",),
    "`__in` with three values finds those of the first two",
    match_first_values(2),
    difficulty="subtle",
    changes=("headers", "body"),
)
