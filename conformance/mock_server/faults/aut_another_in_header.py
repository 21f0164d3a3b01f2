"""The header of the user counts more than the user of the token."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _allow_another(_call: ServerCall, _name: str, problem: Problem | None) -> Problem | None:
    return None if problem and problem.status == 403 else problem


FAULT = SeededFault(
    ("AUT-13",),
    "with EvEnergy-User the token of one user can read another user's resource",
    lambda _site: hook_everywhere(parameter=_allow_another),
    changes=("status", "headers", "body"),
)
