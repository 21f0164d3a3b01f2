"""A language that the server does not speak is refused."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _refuse_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and call.headers.get("accept-language", "en").startswith("de"):
        replace_response(406, {"title": "Not Acceptable", "status": 406, "detail": "Only English is spoken here."})(
            response
        )
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Accept-Language: de-CH gives 406",
    lambda _site: hook_everywhere(answer=_refuse_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
