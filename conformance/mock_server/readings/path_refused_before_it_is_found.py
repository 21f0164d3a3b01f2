"""A gateway asks for a token before it looks at the path: an unknown path without one is 401, and not 404."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE, Problem

_DETAIL = "Send an access token."


def _ask_first(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None or response.status != 404:
        return response
    document = Problem(401, detail=_DETAIL).build_document("", "")
    kept = {name: value for name, value in document.items() if name != "instance"}
    return ServerResponse(401, kept, {**response.headers, "WWW-Authenticate": "Bearer"}, PROBLEM_MEDIA_TYPE)


READING = AdmissibleReading(
    "paths", "RFC 9110, section 15.5.2; the description is silent on paths that it does not have",
    read_by_hooks(answer=_ask_first),
)  # fmt: skip
