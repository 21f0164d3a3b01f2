"""A malformed user header is ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """Choose the lists that take the header."""

    def accept_header(call: Call, name: str, problem: Problem | None) -> Problem | None:
        return None if name == call.operation.user_header else problem

    return at([o for o in site.lists() if o.user_header], parameter=accept_header)


FAULT = Fault(
    ("AUT-06",), "EvEnergy-User: nonsense gives 200", plant, difficulty="subtle", changes=("status", "headers", "body")
)
