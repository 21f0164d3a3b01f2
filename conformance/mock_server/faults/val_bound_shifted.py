"""The highest number is stored one lower."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_number, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault

_HIGHEST = frozenset({100, 1439, 300_000})


def _change_value(value: Any) -> Any:
    return value - 1 if type(value) is int and value in _HIGHEST else value


FAULT = SeededFault(
    ("VAL-02",),
    "100 is sent, 99 is read",
    write_otherwise(change_leaves(_change_value), is_number),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
