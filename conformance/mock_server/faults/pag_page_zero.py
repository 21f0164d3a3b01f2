"""Page 0 is page 1."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Scheme


def _accept_zero(call: Call, name: str, problem: Problem | None) -> Problem | None:
    number = call.operation.pagination.page if call.operation.pagination else ""
    return None if name == "page" and number and call.last(number) == "0" else problem


FAULT = Fault(
    ("PAG-08",),
    "page=0 gives 200 in one list",
    lambda site: at(site.pick(site.paged(Scheme.PAGE)), parameter=_accept_zero),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
