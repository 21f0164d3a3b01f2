"""One list does not state the rate limit."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_response


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list."""
    return hook_at(site.pick(site.root_lists()), answer=on_response(_drop_rate_headers, 200))


def _drop_rate_headers(response: ServerResponse) -> None:
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining"):
        response.headers.pop(name, None)


FAULT = SeededFault(("LIM-01",), "one list has no rate headers", install, changes=("headers",))
