"""A filter that finds a text whatever its case finds parts of it too."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter


def _find_parts(_call: ServerCall, query_filter: Filter, record: StoredRecord, value: str, is_match: bool) -> bool:
    text = record.data.get(query_filter.field)
    is_email = query_filter.parameter == "email" and isinstance(text, str) and len(value) > 3
    return is_match or (is_email and value.casefold() in str(text).casefold())


FAULT = SeededFault(
    ("FLT-01",),
    "?email= finds an address by its beginning",
    lambda site: hook_at(site.root_lists(), match=_find_parts),
    difficulty="subtle",
    changes=("headers", "body"),
)
