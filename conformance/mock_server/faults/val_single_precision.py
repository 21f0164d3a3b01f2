"""Numbers that are documented as doubles are stored in 32 bits."""

from struct import pack, unpack
from typing import Any

from conformance.mock_server.fault_tools.stored_values import change_leaves, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault


def _round_to_single_precision(value: Any) -> Any:
    return unpack("f", pack("f", value))[0] if isinstance(value, float) else value


FAULT = SeededFault(
    ("VAL-02",),
    "12.3456789 is sent, 12.345678329467773 is read",
    write_otherwise(change_leaves(_round_to_single_precision), lambda _name, schema: schema.get("format") == "double"),
    difficulty="subtle",
)
