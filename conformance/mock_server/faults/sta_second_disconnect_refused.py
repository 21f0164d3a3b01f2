"""A vehicle that is not active cannot be disconnected."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Refuse the disconnection of a vehicle without an active integration."""
    store = site.world.store

    def refuse_repeated(call: ServerCall, value: str | None) -> str | None:
        vehicle = store.by_path.get(call.path.rpartition("/")[0])
        if vehicle is not None and vehicle.data.get("integrated") != "ACTIVE":
            raise Problem(400, "not-connected", "The vehicle is not connected.")
        return value

    return hook_at(site.model.operations_by_key.get("POST /vehicles/{vehicle_id}/disconnect"), context=refuse_repeated)


FAULT = SeededFault(
    ("STA-03",),
    "a repeated disconnection gives 400",
    install,
    changes=("status", "headers", "body"),
)
