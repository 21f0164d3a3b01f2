"""A user may save forty-five routes at most."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at

_MOST = 45


def install(site: FaultSite) -> InstalledFault | None:
    """Refuse a route where a user has forty-five."""
    store = site.world.store

    def refuse_at_limit(call: ServerCall, _body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        count = len(store.get_collection("users.saved_routes", call.path.rpartition("/")[0]))
        return {"": ["Too many routes."]} if count >= _MOST else errors

    return hook_at(site.model.operations_by_key.get("POST /users/{user_id}/saved_routes"), reject=refuse_at_limit)


FAULT = SeededFault(
    ("RUL-06",),
    "the forty-sixth route is refused, where fifty are allowed",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
