"""An answer for one user expires in a minute, for all users alike."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _expire(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers |= {"Date": "Thu, 01 Jan 2026 00:00:00 GMT", "Expires": "Thu, 01 Jan 2026 00:01:00 GMT"}
    return response


FAULT = SeededFault(
    ("HDR-02",),
    "one operation has Expires a minute after Date, and no Vary",
    lambda site: hook_at(
        site.pick([o for o in site.with_roles(Role.LIST, Role.ITEM, Role.SINGLETON) if o.user_header and o.is_secured]),
        answer=_expire,
    ),
    difficulty="subtle",
    changes=("headers",),
)
