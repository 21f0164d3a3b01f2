"""GET at the path of an action gives an empty object, for monitors."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_paths import fits_any, list_free_actions
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, replace_response


def install(site: FaultSite) -> InstalledFault | None:
    """Answer GET at every action that runs with writes carry out; the method says which request it is."""
    actions = list_free_actions(site)
    is_read = [False]

    def remember_request(request: WireRequest, method: str) -> str:
        is_read[0] = method == "GET" and fits_any(actions, request.path)
        return method

    def answer_success(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None and response.status == 405 and is_read[0]:
            replace_response(200, {})(response)
        return response

    keys = frozenset(action.key for action in actions)
    return InstalledFault({"method": remember_request, "answer": answer_success}, keys) if actions else None


FAULT = SeededFault(
    ("PTH-08",), "GET at the path of an action gives 200 with {}", install, changes=("status", "headers", "body"),
    implies=("ERR-06",),
)  # fmt: skip
