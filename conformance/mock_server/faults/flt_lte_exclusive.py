"""`__lte` excludes equal values."""

from conformance.mock_server.filter_bounds import wrong_at_bound
from conformance.mock_server.seeded_faults import Fault
from conformance.model import Operator

FAULT = Fault(
    ("FLT-02",),
    "an item equal to the bound of `__lte` is missing",
    wrong_at_bound(Operator.LTE),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-03"),
)
