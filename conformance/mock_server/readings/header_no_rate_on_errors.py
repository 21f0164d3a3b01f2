"""Responses 304, 401, 403, 404 and 405 have no rate headers."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import on_response


def _drop_rate_headers(response: ServerResponse) -> None:
    response.headers = {name: value for name, value in response.headers.items() if "ratelimit" not in name.lower()}


READING = AdmissibleReading(
    "headers",
    "OpenAPI 3.1, 4.8.21: headers are optional unless required; a request that a gateway refuses may not count",
    read_by_hooks(answer=on_response(_drop_rate_headers, 304, 401, 403, 404, 405)),
    slots=("rate headers of errors",),
)
