"""The pattern of every resource's path has no end: a path below it shows the resource."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.fault_tools.fault_paths import fits_any
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Cut unknown segments below members of root collections."""
    items = site.root_items()

    def cut_path(_request: WireRequest, path: str) -> str:
        parent = path.rpartition("/")[0]
        return parent if fits_any(items, parent) and not fits_any(site.model.operations, path) else path

    return InstalledFault({"route": cut_path}, frozenset(item.key for item in items)) if items else None


FAULT = SeededFault(
    ("PTH-07",), "any segment below a resource shows the resource", install, changes=("status", "headers", "body"),
    implies=("PTH-03",),
)  # fmt: skip
