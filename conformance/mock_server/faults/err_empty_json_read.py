"""A GET with Content-Type: application/json and no body fails to be parsed."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _parse_empty_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if (
        call is not None
        and response.status == 200
        and call.method == "GET"
        and call.headers.get("content-type") == "application/json"
    ):
        replace_response(400, {"title": "Bad Request", "status": 400, "detail": "The body is not JSON."})(response)
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Content-Type on a GET gives 400",
    lambda _site: hook_everywhere(answer=_parse_empty_body),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
