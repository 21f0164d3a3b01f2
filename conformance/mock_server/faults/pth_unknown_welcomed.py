"""A path that the API does not have gives an empty object."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, replace_response


def _answer_success(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None and response.status == 404:
        replace_response(200, {})(response)
    return response


FAULT = SeededFault(
    ("PTH-03",),
    "an unknown path gives 200 with {}",
    lambda _site: hook_everywhere(answer=_answer_success),
    changes=("status", "headers", "body"),
)
