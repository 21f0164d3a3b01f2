"""The Server header names the version of the web server."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _name_software(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status:
        response.headers["Server"] = "gunicorn/20.1.0"
    return response


FAULT = SeededFault(
    ("HDR-04",),
    "Server: gunicorn/20.1.0",
    lambda _site: hook_everywhere(answer=_name_software),
    changes=("headers",),
)
