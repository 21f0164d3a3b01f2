"""Tokens do not expire."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.identities import IDENTITIES_BY_NAME
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def install(_site: FaultSite) -> InstalledFault:
    """Accept the token that expired an hour ago, everywhere."""

    def open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
        sent = call.headers.get("authorization", "").removeprefix("Bearer ")
        return None if problem and problem.status == 401 and sent == IDENTITIES_BY_NAME["expired"].token else problem

    return hook_everywhere(admit=open_up)


FAULT = SeededFault(
    ("AUT-01",), "an expired token gives 200", install, difficulty="subtle", changes=("status", "headers", "body")
)
