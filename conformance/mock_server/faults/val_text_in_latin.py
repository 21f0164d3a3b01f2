"""A text loses the letters that Latin-1 does not have."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    return value.encode("latin-1", "replace").decode("latin-1") if isinstance(value, str) else value


FAULT = SeededFault(
    ("VAL-01",),
    "`Ż` is sent, `?` is read",
    write_otherwise(change_leaves(_change_value), is_text),
    implies=("WRT-01", "WRT-02"),
)
