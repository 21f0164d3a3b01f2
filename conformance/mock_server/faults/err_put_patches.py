"""PUT does at one resource what PATCH does."""

from conformance.mock_server.fault_tools.fault_paths import take_method
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update at whose path no PUT is documented."""
    replaced = {operation.path for operation in site.model.operations if operation.method == "PUT"}
    update = site.pick(o for o in site.body_writes(Role.UPDATE) if o.method == "PATCH" and o.path not in replaced)
    if update is None:
        return None
    return InstalledFault({"method": take_method((update,), "PUT", "PATCH")}, frozenset({update.key}))


FAULT = SeededFault(
    ("ERR-06",), "PUT is carried out where only PATCH is documented", install, difficulty="subtle",
    changes=("status", "headers", "body"),
)  # fmt: skip
