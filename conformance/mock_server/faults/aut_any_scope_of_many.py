"""A token with more than ten scopes counts as an administrator's."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _trust_many(call: ServerCall, problem: Problem | None) -> Problem | None:
    is_many = call.grant is not None and len(call.grant.scopes) > 30
    return None if problem and problem.status == 403 and is_many else problem


FAULT = SeededFault(
    ("AUT-11",),
    "a token with all scopes but one opens operations that need the missing one",
    lambda _site: hook_everywhere(admit=_trust_many),
    changes=("status", "headers", "body"),
    implies=("AUT-03",),
    shown_by="tokens",
)
