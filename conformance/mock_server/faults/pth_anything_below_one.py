"""The pattern of one resource's path has no end."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.fault_tools.fault_paths import fits_any
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one member of a root collection."""
    operations = site.model.operations
    item = site.pick(i for i in site.root_items() if not fits_any(operations, f"{i.path}/x".replace("{", "")))
    if item is None:
        return None

    def cut_path(_request: WireRequest, path: str) -> str:
        parent = path.rpartition("/")[0]
        return parent if fits_any((item,), parent) and not fits_any(operations, path) else path

    return InstalledFault({"route": cut_path}, frozenset({item.key}))


FAULT = SeededFault(
    ("PTH-07",), "any segment below one resource shows the resource", install, difficulty="subtle",
    changes=("status", "headers", "body"), implies=("PTH-03",),
)  # fmt: skip
