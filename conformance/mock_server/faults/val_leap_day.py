"""The leap day is stored as the first of March."""

from datetime import timedelta
from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_moment, read_moment, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    moment = read_moment(value)
    return (moment + timedelta(days=(moment.month, moment.day) == (2, 29))).isoformat() if moment else value


FAULT = SeededFault(
    ("VAL-03",),
    "29 February is sent, 1 March is read",
    write_otherwise(change_leaves(_change_value), is_moment),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
