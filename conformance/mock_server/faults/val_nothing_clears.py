"""A PATCH without properties clears every nullable property."""

from conformance.mock_server.fault_tools.stored_values import clear_by_nothing
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(("VAL-09",), "`{}` sets properties to null", clear_by_nothing(at_all=True), implies=("CON-08",))
