"""Texts are normalized to the compatibility form (NFKC)."""

import unicodedata
from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, is_text, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _normalize_to_nfkc(value: Any) -> Any:
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


FAULT = SeededFault(
    ("VAL-01",),
    "\u00bd becomes 1\u20442, and other letters what they are compatible with",
    write_otherwise(change_leaves(_normalize_to_nfkc), is_text),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
