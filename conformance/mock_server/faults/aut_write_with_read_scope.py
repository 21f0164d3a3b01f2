"""The scope to read is enough to write."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    owned = call.grant.scopes if call.grant else frozenset()
    read_scopes = {scope.replace(":write", ":read") for scope in call.operation.scopes}
    return None if problem and problem.status == 403 and read_scopes <= owned else problem


FAULT = SeededFault(
    ("AUT-03",),
    "one kind of write works with the reading scope",
    lambda site: hook_at(
        site.pick(o for o in site.secured_operations(Role.UPDATE, Role.CREATE) if o.scopes[0].endswith(":write")),
        admit=_open_up,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
