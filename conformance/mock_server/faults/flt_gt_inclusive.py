"""`__gt` and `__lt` include equal values."""

from conformance.mock_server.fault_tools.filter_bounds import misjudge_bound
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Operator

FAULT = SeededFault(
    ("FLT-01",),
    "an item equal to the bound of `__gt` is there",
    misjudge_bound(Operator.GT, Operator.LT, shown=True),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-03", "FLT-05"),
)
