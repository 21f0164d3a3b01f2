"""The offset of a time that is written is dropped."""

from datetime import UTC
from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_moment, read_moment, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    moment = read_moment(value)
    return moment.replace(tzinfo=UTC).isoformat() if moment else value


FAULT = SeededFault(
    ("VAL-03",),
    "23:59+05:45 is sent, 23:59Z is read",
    write_otherwise(change_leaves(_change_value), is_moment),
    implies=("WRT-01", "WRT-02"),
)
