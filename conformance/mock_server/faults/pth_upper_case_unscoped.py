"""Paths are found in any case, but their scopes only in lower case."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers


def _lower_first_segment(_request: WireRequest, path: str) -> str:
    first, slash, rest = path[1:].partition("/")
    return "/" + first.lower() + slash + rest


FAULT = SeededFault(
    ("PTH-02",),
    "a token without scopes reads /EVSES, and is refused at /evses",
    lambda _site: hook_everywhere(
        route=_lower_first_segment,
        admit=open_to_strangers(lambda call: call.path != call.path.lower() and call.path[1].isupper(), 403),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
