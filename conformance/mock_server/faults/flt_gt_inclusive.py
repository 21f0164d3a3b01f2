"""`__gt` and `__lt` include equal values."""

from conformance.mock_server.filter_bounds import wrong_at_bound
from conformance.mock_server.seeded_faults import Fault
from conformance.model import Operator

FAULT = Fault(
    ("FLT-01",),
    "an item equal to the bound of `__gt` is there",
    wrong_at_bound(Operator.GT, Operator.LT, shown=True),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-03", "FLT-05"),
)
