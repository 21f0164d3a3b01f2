"""The walk ends after the second page."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at


def _drop_next_link(call: Call, queries: dict[str, object]) -> dict[str, object]:
    paging = call.operation.pagination
    later = paging and (call.last(paging.after) or (call.last(paging.page) or "1") != "1")
    return {**queries, "next": None} if later else queries


FAULT = Fault(
    ("PAG-03",),
    "the second page of one list has no next",
    lambda site: at(site.pick(site.paged(least=51)), link=_drop_next_link),
    difficulty="subtle",
    changes=("headers",),
)
