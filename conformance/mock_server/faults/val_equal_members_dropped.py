"""Objects in a list that equal an earlier one are not stored."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_lists, is_list, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _drop_equal(sent: list[Any], _stored: Any) -> list[Any]:
    return [member for at, member in enumerate(sent) if not isinstance(member, dict) or member not in sent[:at]]


FAULT = SeededFault(
    ("VAL-05",),
    "a round trip loses its second visit to a stop",
    write_otherwise(change_lists(_drop_equal), is_list),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
