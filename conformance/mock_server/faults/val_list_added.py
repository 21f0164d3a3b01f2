"""A list in a PATCH is added to the stored one."""

from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_lists, is_list, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault
from conformance.model import Role


def _change_list(sent: list[Any], stored: Any) -> list[Any]:
    return [*(stored or ()), *sent]


FAULT = SeededFault(
    ("VAL-05",),
    "one member is sent, the old ones are read too",
    write_otherwise(change_lists(_change_list), is_list, Role.UPDATE),
    implies=("WRT-01", "WRT-02", "VAL-04"),
)
