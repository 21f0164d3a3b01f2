"""Errors name the framework and its version."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _name_software(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 404:
        response.headers["X-Powered-By"] = "Express 4.17.1"
    return response


FAULT = SeededFault(
    ("HDR-04",),
    "X-Powered-By: Express 4.17.1 on 404",
    lambda _site: hook_everywhere(answer=_name_software),
    difficulty="subtle",
    changes=("headers",),
)
