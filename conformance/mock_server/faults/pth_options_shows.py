"""OPTIONS returns what GET returns, without a token."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers


def _read_instead(_request: WireRequest, method: str) -> str:
    return "GET" if method == "OPTIONS" else method


FAULT = SeededFault(
    ("PTH-01",),
    "OPTIONS without a token gives 200 with the data",
    lambda _site: hook_everywhere(
        method=_read_instead, admit=open_to_strangers(lambda call: call.method == "OPTIONS", 401, 403)
    ),
    changes=("status", "headers", "body"),
)
