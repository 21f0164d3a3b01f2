"""No response has rate headers, as on a system for tests that has no rate limit."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _drop_rate_headers(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    response.headers = {name: value for name, value in response.headers.items() if "ratelimit" not in name.lower()}
    return response


READING = AdmissibleReading(
    "headers",
    "OpenAPI 3.1, 4.8.21: headers are optional unless required; a system for tests need not limit anybody",
    read_by_hooks(answer=_drop_rate_headers),
    slots=("rate headers of errors",),
)
