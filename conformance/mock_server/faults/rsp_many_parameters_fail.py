"""One list fails when six of its parameters are given: a cache key becomes too long."""

from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.parameter_faults import fail_when
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, hook_at
from conformance.model import Location

_MANY = 6


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list with enough parameters."""
    lists = [
        operation
        for operation in site.model.operations
        if operation.filters and sum(p.location is Location.QUERY for p in operation.parameters) > _MANY
    ]
    is_fatal = lambda call: len({name for name, _ in call.query}) >= _MANY  # noqa: E731
    return hook_at(site.pick(lists), answer=fail_when(is_fatal))


FAULT = SeededFault(
    ("RSP-08",),
    "six parameters together give 500",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
