"""A number beyond 32 bits wraps around."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_number, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault

_HALF = 2**31


def _change_value(value: Any) -> Any:
    return (value + _HALF) % (2 * _HALF) - _HALF if type(value) is int else value


FAULT = SeededFault(
    ("VAL-02",),
    "2147483648 is sent, -2147483648 is read",
    write_otherwise(change_leaves(_change_value), is_number),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02", "RSP-03", "RSP-10"),
)
