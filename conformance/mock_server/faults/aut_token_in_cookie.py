"""A token in a cookie is accepted."""

from conformance.mock_server.call import Call
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, anywhere

_TOKENS = {identity.token for identity in IDENTITIES if not identity.expired}


def _open_up(call: Call, problem: Problem | None) -> Problem | None:
    cookies = {cookie.partition("=")[2].strip() for cookie in call.headers.get("cookie", "").split(";")}
    return None if problem and problem.status == 401 and cookies & _TOKENS else problem


FAULT = Fault(
    ("AUT-02",),
    "a cookie with the token gives 200",
    lambda _site: anywhere(admit=_open_up),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
