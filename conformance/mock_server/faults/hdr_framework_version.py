"""One list names the version of its framework in a header of its own."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _name_software(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["X-AspNet-Version"] = "4.0.30319"
    return response


FAULT = SeededFault(
    ("HDR-04",),
    "X-AspNet-Version: 4.0.30319 at one list",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_name_software),
    difficulty="subtle",
    changes=("headers",),
)
