"""A request to reconnect makes the vehicle active at once."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Make a vehicle active that is to be reconnected."""
    store = site.world.store

    def activate_vehicle(call: ServerCall, response: ServerResponse) -> ServerResponse:
        vehicle = store.by_path.get(call.path.rpartition("/")[0])
        if vehicle is not None and response.status == 201 and vehicle.data.get("integrated") == "INACTIVE":
            store.change(vehicle, {"integrated": "ACTIVE"})
        return response

    return hook_at(site.model.operations_by_key.get("POST /vehicles/{vehicle_id}/reconnect"), answer=activate_vehicle)


FAULT = SeededFault(
    ("STA-03",),
    "a vehicle is ACTIVE before its user has signed in again",
    install,
    difficulty="subtle",
    changes=(),
)
