"""The text of a refusal is kept from the user who asked before."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def plant(site: FaultSite) -> InstalledFault:
    """Name in each 404 the address of the user who got the one before."""
    last: list[str] = []

    def answer(call: ServerCall | None, response: Any) -> Any:
        user = site.world.store.by_path.get(f"/users/{call.user}") if call is not None and call.user else None
        if user is None or response.status != 404 or response.media != PROBLEM_MEDIA_TYPE:
            return response
        address = str(user.data.get("email"))
        if last and last[-1] != address:
            response.body = {**response.body, "detail": f"{last[-1]} has nothing here."}
        last[:] = [address]
        return response

    return hook_everywhere(answer=answer)


FAULT = SeededFault(
    ("AUT-14",), "a 404 names the address of the user who got the one before", plant, difficulty="subtle"
)
