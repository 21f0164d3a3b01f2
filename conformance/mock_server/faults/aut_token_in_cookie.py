"""A token in a cookie is accepted."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

_TOKENS = {identity.token for identity in IDENTITIES if not identity.expired}


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    cookies = {cookie.partition("=")[2].strip() for cookie in call.headers.get("cookie", "").split(";")}
    return None if problem and problem.status == 401 and cookies & _TOKENS else problem


FAULT = SeededFault(
    ("AUT-02",),
    "a cookie with the token gives 200",
    lambda _site: hook_everywhere(admit=_open_up),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
