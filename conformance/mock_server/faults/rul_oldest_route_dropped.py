"""The fifty-first saved route is refused, and takes the place of the oldest one."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Remove the oldest route where the limit is reached."""
    store = site.world.store

    def drop_oldest(call: ServerCall, _body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        routes = store.get_collection("users.saved_routes", call.path.rpartition("/")[0])
        if len(routes) >= 50 and errors:
            store.remove(next(iter(routes)))
        return errors

    return hook_at(site.model.operations_by_key.get("POST /users/{user_id}/saved_routes"), reject=drop_oldest)


FAULT = SeededFault(("RUL-06",), "a refused route pushes out the oldest one", install, difficulty="subtle", changes=())
