"""Problems leave out `status`, which the status line says too."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _drop_status(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status >= 400 and isinstance(response.body, dict) and "title" in response.body:
        response.body = {name: value for name, value in response.body.items() if name != "status"}
    return response


READING = AdmissibleReading(
    "problems",
    "RFC 9457, section 3.1.2: status is advisory; the schema of the description requires title and detail alone",
    read_by_hooks(answer=_drop_status),
    excludes=("refusal-422-for-bodies",),
)
