"""A parameter in the path keeps the gateway from looking at the token."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers


def _cut_parameter(_request: WireRequest, path: str) -> str:
    return path.partition(";")[0]


FAULT = SeededFault(
    ("PTH-02",),
    "/evses;x=1 is shown to anybody",
    lambda _site: hook_everywhere(
        route=_cut_parameter, admit=open_to_strangers(lambda call: ";" in call.path, 401, 403)
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
