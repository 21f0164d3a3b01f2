"""Any authentication scheme is accepted with a valid token."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

_TOKENS = {identity.token for identity in IDENTITIES if not identity.expired}


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    sent = call.headers.get("authorization", "").split(" ")[-1]
    return None if problem and problem.status == 401 and sent in _TOKENS else problem


FAULT = SeededFault(
    ("AUT-01",),
    "`Authorization: Token …` or the bare token gives 200",
    lambda _site: hook_everywhere(admit=_open_up),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
