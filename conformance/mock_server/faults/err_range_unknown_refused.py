"""An unknown range unit gives 416."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _refuse_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and not call.headers.get("range", "bytes").startswith("bytes"):
        replace_response(
            416, {"title": "Range Not Satisfiable", "status": 416, "detail": "Only bytes can be ranged over."}
        )(response)
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Range: rows=0-1 gives 416",
    lambda _site: hook_everywhere(answer=_refuse_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
