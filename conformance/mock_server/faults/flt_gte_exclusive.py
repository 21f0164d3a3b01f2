"""`__gte` excludes equal values."""

from conformance.mock_server.filter_bounds import wrong_at_bound
from conformance.mock_server.seeded_faults import Fault
from conformance.model import Operator

FAULT = Fault(
    ("FLT-02",),
    "an item equal to the bound of `__gte` is missing",
    wrong_at_bound(Operator.GTE),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-03"),
)
