"""A text is cut after 64 characters."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault

_LIMIT = 64


def _change_value(value: Any) -> Any:
    return value[:_LIMIT] if isinstance(value, str) else value


FAULT = SeededFault(
    ("VAL-01",),
    "the end of a long text is missing",
    write_otherwise(change_leaves(_change_value), is_text),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
