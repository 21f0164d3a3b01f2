"""Quotes and backslashes in a text are escaped once too often."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    return value.replace("\\", "\\\\").replace("'", "\\'") if isinstance(value, str) else value


FAULT = SeededFault(
    ("VAL-01",),
    "`O'B` is sent, `O\\'B` is read",
    write_otherwise(change_leaves(_change_value), is_text),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
