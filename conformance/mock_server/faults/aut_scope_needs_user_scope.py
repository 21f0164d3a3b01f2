"""Every read needs the scope that reads users, too."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _need_users(call: ServerCall, problem: Problem | None) -> Problem | None:
    scopes = call.grant.scopes if call.grant else frozenset()
    if problem is None and call.operation.scopes and len(scopes) == 1 and "user:read" not in scopes:
        return Problem(403, detail="The token lacks the scope that this needs.")
    return problem


FAULT = SeededFault(
    ("AUT-11",),
    "a token with one scope gets 403 from operations that need only this scope",
    lambda _site: hook_everywhere(admit=_need_users),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
