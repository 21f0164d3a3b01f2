"""`__range` excludes its upper bound."""

from conformance.mock_server.fault_tools.filter_bounds import misjudge_bound
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Operator

FAULT = SeededFault(
    ("FLT-02",),
    "an item equal to the end of `__range` is missing",
    misjudge_bound(Operator.RANGE, bound=lambda bounds: bounds[1]),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01",),
)
