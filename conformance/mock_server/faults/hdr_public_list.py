"""A user's data may be stored by any cache."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _make_cacheable(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Cache-Control"] = "public, max-age=60"
    return response


FAULT = SeededFault(
    ("HDR-01",),
    "one personal operation has Cache-Control: public, max-age=60",
    lambda site: hook_at(site.pick(site.owned_operations(Role.LIST, Role.ITEM)), answer=_make_cacheable),
    changes=("headers",),
    implies=("HDR-02",),
)
