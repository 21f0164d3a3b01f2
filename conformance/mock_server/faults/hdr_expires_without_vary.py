"""A response for one user expires in many years, for all users."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _set_expiry(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Expires"] = "Thu, 31 Dec 2099 23:59:59 GMT"
    return response


FAULT = SeededFault(
    ("HDR-02",),
    "one operation has Expires in the year 2099, and no Vary",
    lambda site: hook_at(
        site.pick([o for o in site.with_roles(Role.LIST, Role.ITEM, Role.SINGLETON) if o.user_header and o.is_secured]),
        answer=_set_expiry,
    ),
    difficulty="subtle",
    changes=("headers",),
)
