"""PUT of a list gives the list, as GET does."""

from conformance.mock_server.fault_tools.fault_paths import take_method
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list at whose path no PUT is documented."""
    replaced = {operation.path for operation in site.model.operations if operation.method == "PUT"}
    listing = site.pick(operation for operation in site.root_lists() if operation.path not in replaced)
    if listing is None:
        return None
    return InstalledFault({"method": take_method((listing,), "PUT", "GET")}, frozenset({listing.key}))


FAULT = SeededFault(
    ("ERR-06",),
    "PUT of a list gives 200 and the list",
    install,
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
