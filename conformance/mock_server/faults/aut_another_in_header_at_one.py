"""At one operation the header of the user counts more than the user of the token."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _allow_another(_call: ServerCall, _name: str, problem: Problem | None) -> Problem | None:
    return None if problem and problem.status == 403 else problem


FAULT = SeededFault(
    ("AUT-13",),
    "with EvEnergy-User one operation shows another user's resources",
    lambda site: hook_at(
        site.pick(o for o in site.with_roles(Role.LIST) if o.user_header and o in site.owned_operations(Role.LIST)),
        parameter=_allow_another,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
