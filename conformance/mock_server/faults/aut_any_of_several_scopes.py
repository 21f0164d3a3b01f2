"""Any of the scopes that an operation needs is enough."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def _accept_any(call: ServerCall, problem: Problem | None) -> Problem | None:
    owned = call.grant.scopes if call.grant else frozenset()
    return None if problem and problem.status == 403 and owned & {*call.operation.scopes} else problem


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a read that needs several scopes at once."""
    joint_reads = [o for o in site.model.operations if o.is_safe and len(o.security) == 1 and len(o.scopes) > 1]
    return hook_at(site.pick(joint_reads), admit=_accept_any)


FAULT = SeededFault(
    ("AUT-11",),
    "a token with one of two scopes opens an operation that needs both",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
