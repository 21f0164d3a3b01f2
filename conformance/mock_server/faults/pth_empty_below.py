"""An unknown path below a resource gives an empty list."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_tools.fault_paths import fits_any
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, replace_response


def install(site: FaultSite) -> InstalledFault | None:
    """Answer unknown paths below members of root collections; the route says which request it is."""
    items = site.root_items()
    is_below = [False]

    def remember_request(_request: WireRequest, path: str) -> str:
        is_below[0] = fits_any(items, path.rpartition("/")[0])
        return path

    def answer_success(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None and response.status == 404 and is_below[0]:
            replace_response(200, [])(response)
        return response

    keys = frozenset(item.key for item in items)
    return InstalledFault({"route": remember_request, "answer": answer_success}, keys) if items else None


FAULT = SeededFault(
    ("PTH-07",), "an unknown path below a resource gives 200 with []", install, changes=("status", "headers", "body"),
    implies=("PTH-03",),
)  # fmt: skip
