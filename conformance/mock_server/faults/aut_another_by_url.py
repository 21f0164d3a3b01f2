"""The user in the header is compared with that of the token only where it is a bare id."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _allow_url(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    is_url = "/" in call.headers.get(name.lower(), "")
    return None if problem and problem.status == 403 and is_url else problem


FAULT = SeededFault(
    ("AUT-13",),
    "with the URL of another user in EvEnergy-User, that user's resources can be read",
    lambda _site: hook_everywhere(parameter=_allow_url),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
