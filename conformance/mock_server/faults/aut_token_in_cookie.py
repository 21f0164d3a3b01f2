"""A token in a cookie is taken."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, anywhere
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.problems import Problem

_TOKENS = {each.token for each in IDENTITIES if not each.expired}


def _open_up(call: Call, problem: Problem | None) -> Problem | None:
    cookies = {each.partition("=")[2].strip() for each in call.headers.get("cookie", "").split(";")}
    return None if problem and problem.status == 401 and cookies & _TOKENS else problem


FAULT = Fault(
    ("AUT-02",),
    "a cookie with the token gives 200",
    lambda _site: anywhere(admit=_open_up),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
