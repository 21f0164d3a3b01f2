"""A media range in Accept is taken for a media type."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _refuse_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and "application/*" in call.headers.get("accept", ""):
        replace_response(
            406, {"title": "Not Acceptable", "status": 406, "detail": "Accept names no type of this API."}
        )(response)
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Accept: application/* gives 406",
    lambda _site: hook_everywhere(answer=_refuse_request),
    changes=("status", "headers", "body"),
)
