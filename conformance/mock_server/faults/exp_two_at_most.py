"""Only the first two expansions are applied."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one operation with at least three expansions."""
    options = {operation.key: operation for operation, _ in site.expansions() if len(operation.first_expansions) > 2}
    return hook_at(
        site.pick(options.values()), tree=lambda call, _paths: tuple(sorted(set(call.query_values("expand")[:2])))
    )


FAULT = SeededFault(("EXP-07",), "a third `expand` parameter is ignored", install, difficulty="subtle")
