"""Objects in a list are stored in another order."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_lists, is_list, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _change_list(sent: list[Any], _stored: Any) -> list[Any]:
    return sent[::-1] if sent and isinstance(sent[0], dict) else sent


FAULT = SeededFault(
    ("VAL-05",),
    "the stops of a route are read the other way round",
    write_otherwise(change_lists(_change_list), is_list),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
