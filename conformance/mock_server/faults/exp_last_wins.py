"""Only the last of several expansions counts."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one operation with two expansions."""
    options = {operation.key: operation for operation, _ in site.expansions() if len(operation.first_expansions) > 1}
    return hook_at(site.pick(options.values()), tree=lambda call, _paths: tuple(call.query_values("expand")[-1:]))


FAULT = SeededFault(
    ("EXP-07",), "of two `expand` parameters the first is ignored", install, implies=("EXP-02", "EXP-08")
)
