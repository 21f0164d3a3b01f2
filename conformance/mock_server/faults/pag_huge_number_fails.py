"""A page number beyond 64 bits makes the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at
from conformance.model import Scheme


def _is_huge(call: ServerCall, _response: ServerResponse) -> bool:
    paging = call.operation.pagination
    number = call.last_query_value(paging.page) if paging else None
    return bool(number and number.isdecimal() and int(number) >= 2**63)


FAULT = SeededFault(
    ("PAG-08",),
    "page=10**21 gives 500",
    lambda site: hook_at(site.paged_lists(Scheme.PAGE, min_count=1), answer=crash_when(_is_huge)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01", "RSP-08", "ERR-09"),
)
