"""A POST by X-HTTP-Method-Override needs only a token that reads."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers


def _override_method(request: WireRequest, method: str) -> str:
    is_post = request.headers.get("x-http-method-override") == "POST"
    return "POST" if method == "GET" and is_post else method


FAULT = SeededFault(
    ("PTH-06",),
    "X-HTTP-Method-Override: POST lets a token create that may only read",
    lambda _site: hook_everywhere(
        method=_override_method,
        admit=open_to_strangers(lambda call: call.method == "GET" and call.operation.method == "POST", 403),
    ),
    changes=("status", "headers", "body"),
)
