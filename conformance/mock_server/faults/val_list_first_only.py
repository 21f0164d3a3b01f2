"""Of a list in a body only the first member is kept."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_lists, is_list, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_list(sent: list[Any], _stored: Any) -> list[Any]:
    return sent[:1]


FAULT = SeededFault(
    ("VAL-05",),
    "three members are sent, one is read",
    write_otherwise(change_lists(_change_list), is_list),
    implies=("WRT-01", "WRT-02"),
)
