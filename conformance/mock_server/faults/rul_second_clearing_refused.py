"""Clearing a payout method that was cleared before is refused."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, replace_response

_PATH = "/users/{user_id}/payout_method"


def install(site: FaultSite) -> InstalledFault | None:
    """Act at the deletion of a payout method, which the description lets be repeated."""
    cleared: set[str] = set()

    def refuse_second(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or response.status >= 300:
            return response
        if call.method == "PATCH":
            cleared.discard(call.path)
        elif call.method == "DELETE" and call.path in cleared:
            replace_response(404, {"title": "Not Found", "status": 404, "detail": "No method is set."})(response)
        elif call.method == "DELETE":
            cleared.add(call.path)
        return response

    known = (site.model.operations_by_key.get(f"{method} {_PATH}") for method in ("DELETE", "PATCH"))
    return hook_at([operation for operation in known if operation], answer=refuse_second)


FAULT = SeededFault(
    ("RUL-04",),
    "DELETE of a payout method that is not set gives 404 instead of 204",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
