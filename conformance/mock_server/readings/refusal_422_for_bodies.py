"""A body with invalid content is refused with 422 where both or neither of 400 and 422 are documented."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse

_WRITES = {"POST", "PATCH", "PUT"}


def _choose_422(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None or call.method not in _WRITES or response.status != 400 or not isinstance(response.body, dict):
        return response
    known = {documented.status for documented in call.operation.responses}
    if "field_errors" in response.body and ("422" in known or "400" not in known):
        response.status = 422
        response.body = {**response.body, "status": 422, "title": "Unprocessable Content"}
    return response


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, sections 15.5.1 and 15.5.21: both fit; the description does not say which is for what",
    read_by_hooks(answer=_choose_422),
    slots=("status of invalid bodies",),
)
