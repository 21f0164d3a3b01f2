"""Tokens do not expire."""

from conformance.mock_server.call import Call
from conformance.mock_server.identities import BY_NAME
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, Planted, Site, anywhere


def plant(_site: Site) -> Planted:
    """Accept the token that expired an hour ago, everywhere."""

    def open_up(call: Call, problem: Problem | None) -> Problem | None:
        sent = call.headers.get("authorization", "").removeprefix("Bearer ")
        return None if problem and problem.status == 401 and sent == BY_NAME["expired"].token else problem

    return anywhere(admit=open_up)


FAULT = Fault(
    ("AUT-01",), "an expired token gives 200", plant, difficulty="subtle", changes=("status", "headers", "body")
)
