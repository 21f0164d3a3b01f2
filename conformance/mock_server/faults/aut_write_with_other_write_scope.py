"""Any scope of writing is enough for one kind of write."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_WRITE = ":write"


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    owned = call.grant.scopes if call.grant else frozenset()
    is_open = any(scope.endswith(_WRITE) for scope in owned)
    return None if problem and problem.status == 403 and is_open else problem


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a write that needs one scope."""
    writes = [
        operation
        for operation in site.secured_operations(Role.UPDATE, Role.CREATE)
        if len(operation.scopes) == 1 and operation.scopes[0].endswith(_WRITE)
    ]
    return hook_at(site.pick(writes), admit=_open_up)


FAULT = SeededFault(
    ("AUT-03",),
    "one kind of write works with the scope of another",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
