"""A token in the query is accepted."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

_TOKENS = {identity.token for identity in IDENTITIES if not identity.expired}


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    return None if problem and problem.status == 401 and call.last_query_value("access_token") in _TOKENS else problem


FAULT = SeededFault(
    ("AUT-02",),
    "`?access_token=` gives 200",
    lambda _site: hook_everywhere(admit=_open_up),
    changes=("status", "headers", "body"),
)
