"""One resource has an ETag, and a 304 that does not repeat it."""

import hashlib

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the read of a member of a root collection."""

    def answer_condition(call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 200 and call.method == "GET":
            tag = f'W/"{hashlib.sha256(str(response.body).encode()).hexdigest()[:16]}"'
            if tag in call.headers.get("if-none-match", ""):
                response.status, response.body, response.raw, response.media = 304, None, b"", ""
            else:
                response.headers["ETag"] = tag
        return response

    return hook_at(site.pick(site.root_items()), answer=answer_condition)


FAULT = SeededFault(
    ("HDR-09",), "a 304 lacks the ETag of the 200 at one resource", install, difficulty="subtle",
    changes=("status", "headers", "body"),
)  # fmt: skip
