"""With expand, a user's data may be stored by any cache."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _make_cacheable(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and call.query_values("expand"):
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["Vary"] = "Accept, EvEnergy-User"
    return response


FAULT = SeededFault(
    ("HDR-01",),
    "with expand a personal item has Cache-Control: public",
    lambda site: hook_at(
        site.pick(o for o in site.owned_operations(Role.ITEM) if o.first_expansions), answer=_make_cacheable
    ),
    difficulty="subtle",
    changes=("headers",),
)
