"""A refusal for a missing scope deletes a cookie."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _delete_cookie(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 403:
        response.headers["Set-Cookie"] = "session=; Max-Age=0; Path=/"
    return response


FAULT = SeededFault(
    ("HDR-05",),
    "Set-Cookie: session=; Max-Age=0 on 403",
    lambda _site: hook_everywhere(answer=_delete_cookie),
    difficulty="subtle",
    changes=("headers",),
)
