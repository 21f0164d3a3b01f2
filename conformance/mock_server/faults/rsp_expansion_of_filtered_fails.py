"""One list fails when it is filtered and expanded at once: the filter names a table that the expansion has renamed."""

from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.parameter_faults import fail_when
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one filter of a list that expands."""
    places = [
        (operation, documented.parameter)
        for operation in site.model.operations
        if operation.expansions
        for documented in operation.filters
        if not documented.required
    ]
    choice = site.pick(places)
    if choice is None:
        return None
    operation, name = choice
    is_fatal = lambda call: bool(call.query_values("expand") and call.query_values(name))  # noqa: E731
    return hook_at(operation, answer=fail_when(is_fatal))


FAULT = SeededFault(
    ("RSP-08",),
    "?expand=user&status=open gives 500",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
