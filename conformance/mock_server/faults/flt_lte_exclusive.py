"""`__lte` excludes equal values."""

from conformance.mock_server.fault_tools.filter_bounds import misjudge_bound
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Operator

FAULT = SeededFault(
    ("FLT-02",),
    "an item equal to the bound of `__lte` is missing",
    misjudge_bound(Operator.LTE),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-03"),
)
