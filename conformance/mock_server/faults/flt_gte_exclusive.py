"""`__gte` excludes equal values."""

from conformance.mock_server.fault_tools.filter_bounds import misjudge_bound
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Operator

FAULT = SeededFault(
    ("FLT-02",),
    "an item equal to the bound of `__gte` is missing",
    misjudge_bound(Operator.GTE),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-03"),
)
