"""A path that the API does not have is refused with 403, so that nobody learns which ones it has."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _refuse_with_403(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None and response.status == 404 and isinstance(response.body, dict):
        response.status = 403
        response.body = {**response.body, "status": 403, "title": "Forbidden", "detail": "This is not allowed."}
    return response


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, section 15.5.4: the server understands the request and refuses it, without a reason",
    read_by_hooks(answer=_refuse_with_403),
)
