"""A user's data stay in a shared cache for a minute."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _make_cacheable(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Cache-Control"] = "max-age=0, s-maxage=60"
    return response


FAULT = SeededFault(
    ("HDR-01",),
    "one personal item has Cache-Control: max-age=0, s-maxage=60",
    lambda site: hook_at(site.pick(site.owned_operations(Role.ITEM)), answer=_make_cacheable),
    difficulty="subtle",
    changes=("headers",),
)
