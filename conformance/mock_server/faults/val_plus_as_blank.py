"""A plus sign in a text is decoded to a blank."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    return value.replace("+", " ") if isinstance(value, str) and "T" not in value[:11] else value


FAULT = SeededFault(
    ("VAL-01",),
    "`c+d` is sent, `c d` is read",
    write_otherwise(change_leaves(_change_value), is_text),
    implies=("WRT-01", "WRT-02"),
)
