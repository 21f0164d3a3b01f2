"""Fractions of one letter are spelt with figures."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _spell_fractions(value: Any) -> Any:
    return value.replace("\u00bd", "1/2") if isinstance(value, str) else value


FAULT = SeededFault(
    ("VAL-01",),
    "\u00bd becomes 1/2",
    write_otherwise(change_leaves(_spell_fractions), is_text),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
