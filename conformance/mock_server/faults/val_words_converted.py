"""Texts that look like null or a number are converted and written back."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() in {"null", "none", "[]"}:
        return ""
    try:
        return f"{float(value):g}"
    except ValueError:
        return {"true": "1"}.get(value, value)


FAULT = SeededFault(
    ("VAL-01",),
    "`007` is sent, `7` is read",
    write_otherwise(change_leaves(_change_value), is_text),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
