"""Only the media type that Accept likes best is looked at."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _refuse_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    accept = call.headers.get("accept", "") if call is not None else ""
    best = accept.partition(",")[0].partition(";")[0].strip()
    if response.status == 200 and best.partition("/")[0] not in {"", "*", "application", "text"}:
        replace_response(
            406, {"title": "Not Acceptable", "status": 406, "detail": "Accept begins with no type of this API."}
        )(response)
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Accept: image/avif, application/*;q=0.8 gives 406",
    lambda _site: hook_everywhere(answer=_refuse_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
