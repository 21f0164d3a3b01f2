"""A boost begins the session anew."""

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Move the start of a session that is boosted."""
    store = site.world.store

    def move_start(call: ServerCall, response: ServerResponse) -> ServerResponse:
        session = store.by_path.get(call.path.rpartition("/")[0])
        if response.status == 200 and session is not None:
            store.change(session, {"start": clock.format_time(clock.Clock().now())})
        return response

    return hook_at(
        site.model.operations_by_key.get("POST /charging_sessions/{charging_session_id}/boost_start"), answer=move_start
    )


FAULT = SeededFault(
    ("STA-02",),
    "the start of a session moves with a boost",
    install,
    difficulty="subtle",
    changes=(),
    implies=("CON-06", "CHG-02"),
)
