"""A boost that is refused ends the running sub-session."""

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """End the running sub-session of a session whose boost is refused."""
    store = site.world.store

    def end_running(call: ServerCall, response: ServerResponse) -> ServerResponse:
        session = store.by_path.get(call.path.rpartition("/")[0])
        for link in session.data.get("sub_sessions", ())[:1] if session is not None else ():
            part = store.by_path.get(link)
            if response.status == 409 and part is not None and part.data.get("end") is None:
                store.change(part, {"end": clock.format_time(clock.Clock().now())})
        return response

    return hook_at(
        site.model.operations_by_key.get("POST /charging_sessions/{charging_session_id}/boost_start"),
        answer=end_running,
    )


FAULT = SeededFault(
    ("STA-01",),
    "after a 409 the running sub-session has an end",
    install,
    difficulty="subtle",
    changes=(),
)
