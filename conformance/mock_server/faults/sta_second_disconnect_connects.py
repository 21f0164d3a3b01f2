"""A second disconnection connects the vehicle again."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Make an inactive vehicle active before it is disconnected, and leave it so."""
    store = site.world.store
    inactive: set[str] = set()

    def toggle_connection(call: ServerCall, response: ServerResponse) -> ServerResponse:
        path = call.path.rpartition("/")[0]
        vehicle = store.by_path.get(path)
        if vehicle is None or response.status != 200:
            return response
        if path in inactive:
            store.change(vehicle, {"integrated": "ACTIVE"})
            inactive.discard(path)
        elif vehicle.data.get("integrated") == "INACTIVE":
            inactive.add(path)
        return response

    return hook_at(site.model.operations_by_key.get("POST /vehicles/{vehicle_id}/disconnect"), answer=toggle_connection)


FAULT = SeededFault(
    ("STA-03",),
    "disconnecting twice leaves a vehicle ACTIVE",
    install,
    difficulty="subtle",
    changes=(),
)
