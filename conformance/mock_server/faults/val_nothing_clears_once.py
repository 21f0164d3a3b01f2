"""One PATCH without properties clears every nullable property."""

from conformance.mock_server.fault_tools.stored_values import clear_by_nothing
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("VAL-09",),
    "`{}` sets properties of one resource to null",
    clear_by_nothing(at_all=False),
    difficulty="subtle",
    implies=("CON-08",),
)
