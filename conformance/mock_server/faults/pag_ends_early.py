"""The walk ends after the second page."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _drop_next_link(call: ServerCall, queries: dict[str, object]) -> dict[str, object]:
    paging = call.operation.pagination
    later = paging and (call.last_query_value(paging.after) or (call.last_query_value(paging.page) or "1") != "1")
    return {**queries, "next": None} if later else queries


FAULT = SeededFault(
    ("PAG-03",),
    "the second page of one list has no next",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=51)), link=_drop_next_link),
    difficulty="subtle",
    changes=("headers",),
)
