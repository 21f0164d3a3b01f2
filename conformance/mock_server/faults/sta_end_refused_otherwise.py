"""The end of a boost that does not run is refused with 400."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Answer 400 in place of 409."""

    def refuse_otherwise(_call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 409:
            response.status = 400
            response.body = {**response.body, "status": 400, "title": "Bad Request"}
        return response

    return hook_at(
        site.model.operations_by_key.get("POST /charging_sessions/{charging_session_id}/boost_end"),
        answer=refuse_otherwise,
    )


FAULT = SeededFault(
    ("STA-01",),
    "a conflict of states gives 400 where 409 is documented",
    install,
    changes=("status", "headers", "body"),
)
