"""A refusal names the user of the request before, kept in a variable of the module."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def install(site: FaultSite) -> InstalledFault:
    """Name in a 404 the address of the last other user who asked for anything."""
    addresses: list[str] = []

    def change_response(call: ServerCall | None, response: Any) -> Any:
        user = site.world.store.by_path.get(f"/users/{call.user}") if call is not None and call.user else None
        if user is None:
            return response
        address = str(user.data.get("email"))
        others = [other for other in addresses if other != address]
        if others and response.status == 404 and response.media == PROBLEM_MEDIA_TYPE:
            response.body = {**response.body, "detail": f"{others[-1]} has nothing here."}
        addresses[:] = [*others[-1:], address]
        return response

    return hook_everywhere(answer=change_response)


FAULT = SeededFault(("AUT-14",), "a 404 names the address of the user who asked before", install, difficulty="subtle")
