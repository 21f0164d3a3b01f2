"""A number loses its fraction."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_number, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    return float(int(value)) if isinstance(value, float) else value


FAULT = SeededFault(
    ("VAL-02",),
    "12.345678 is sent, 12 is read",
    write_otherwise(change_leaves(_change_value), is_number),
    implies=("WRT-01", "WRT-02"),
)
