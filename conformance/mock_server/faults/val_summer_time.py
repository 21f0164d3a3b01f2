"""A time is stored an hour early in summer."""

from datetime import timedelta
from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_moment, read_moment, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault

_FIRST, _LAST = 3, 10  # months


def _change_value(value: Any) -> Any:
    moment = read_moment(value)
    return (moment - timedelta(hours=_FIRST <= moment.month <= _LAST)).isoformat() if moment else value


FAULT = SeededFault(
    ("VAL-03",),
    "a time in summer is read an hour early",
    write_otherwise(change_leaves(_change_value), is_moment),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
