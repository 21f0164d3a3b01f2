"""page_size=0 gives a page of the default size."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, at


def _accept_zero(call: Call, name: str, problem: Problem | None) -> Problem | None:
    size = call.operation.pagination.size if call.operation.pagination else ""
    return None if name == "page" and size and call.last(size) == "0" else problem


FAULT = Fault(
    ("PAG-06",),
    "page_size=0 gives 200 in one list",
    lambda site: at(site.pick(site.paged(least=3)), parameter=_accept_zero),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
