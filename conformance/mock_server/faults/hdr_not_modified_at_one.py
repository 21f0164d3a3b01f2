"""One resource has Last-Modified, and any If-Modified-Since gives 304."""

from email.utils import formatdate

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at

_MODIFIED_S = 1_700_000_000


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the read of a member of a root collection."""

    def answer_not_modified(call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 200 and call.method == "GET":
            response.headers["Last-Modified"] = formatdate(_MODIFIED_S, usegmt=True)
            if "if-modified-since" in call.headers:
                response.status, response.body, response.raw, response.media = 304, None, b"", ""
        return response

    return hook_at(site.pick(site.root_items()), answer=answer_not_modified)


FAULT = SeededFault(
    ("HDR-09",), "any If-Modified-Since gives 304 at one resource", install, difficulty="subtle",
    changes=("status", "headers", "body"),
)  # fmt: skip
