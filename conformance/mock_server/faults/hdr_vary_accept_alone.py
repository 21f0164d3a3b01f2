"""Vary names only Accept, although the response depends on the user too."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _set_vary(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers |= {"Cache-Control": "max-age=60, private", "Vary": "Accept, Authorization"}
    return response


FAULT = SeededFault(
    ("HDR-02",),
    "one operation has max-age=60 and Vary: Accept, Authorization",
    lambda site: hook_at(
        site.pick([o for o in site.with_roles(Role.LIST, Role.ITEM, Role.SINGLETON) if o.user_header and o.is_secured]),
        answer=_set_vary,
    ),
    difficulty="subtle",
    changes=("headers",),
)
