"""Only the stored side of an email is lowered."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Role


def _is_match(_call: ServerCall, query_filter: Filter, record: StoredRecord, expected: Any, holds: bool) -> bool:
    if query_filter.parameter != "email":
        return holds
    return any(value.lower() == expected for value in map(str, find_values(record.data, query_filter.field)))


FAULT = SeededFault(
    ("FLT-11",),
    "a user is found by lower case alone",
    lambda site: hook_at(
        (o for o in site.with_roles(Role.LIST) if any(f.parameter == "email" for f in o.filters)), match=_is_match
    ),
)
