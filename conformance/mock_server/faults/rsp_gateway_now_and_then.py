"""One read in two hundred gets an HTML response from the gateway."""

from itertools import count

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def install(_site: FaultSite) -> InstalledFault:
    """Count safe requests, and answer some of them as a gateway does."""
    requests = count(1)

    def answer_as_gateway(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
        if call is not None and call.operation.is_safe and next(requests) % 200 == 0:
            answer.status, answer.headers, answer.media, answer.raw = 502, {}, "text/html", _PAGE
        return answer

    return hook_everywhere(answer=answer_as_gateway)


FAULT = SeededFault(
    ("RSP-13",),
    "every two hundredth read gets the 502 of a gateway",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
