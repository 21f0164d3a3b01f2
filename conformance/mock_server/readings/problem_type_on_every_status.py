"""Every problem has a type of its own, 401, 403 and 404 too."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE


def _add_type(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    body: Any = response.body
    if response.media == PROBLEM_MEDIA_TYPE and isinstance(body, dict) and "type" not in body and call is not None:
        slug = str(body.get("title", "error")).lower().replace(" ", "-")
        response.body = {**body, "type": f"{call.base}/problems/{slug}/"}
    return response


READING = AdmissibleReading(
    "problems",
    "the documentation lets the type be absent where the status says enough, and does not say that it must be",
    read_by_hooks(answer=_add_type),
    slots=("problem type",),
)
