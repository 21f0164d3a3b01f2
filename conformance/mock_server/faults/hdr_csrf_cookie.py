"""One item sets a cookie against forged requests, which tokens do not need."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _set_cookie(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Set-Cookie"] = "csrftoken=2f1c; SameSite=Lax; Path=/"
    return response


FAULT = SeededFault(
    ("HDR-05",),
    "Set-Cookie: csrftoken=… at one item",
    lambda site: hook_at(site.pick(site.root_items()), answer=_set_cookie),
    difficulty="subtle",
    changes=("headers",),
)
