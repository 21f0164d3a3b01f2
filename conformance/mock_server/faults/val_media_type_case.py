"""The media type of a body is compared with its case."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _refuse_request(call: ServerCall, problem: Problem | None) -> Problem | None:
    media_type = call.headers.get("content-type", "").partition(";")[0]
    if problem is None and media_type != media_type.lower():
        return Problem(415, "unsupported-media-type", "Send the body as application/json.")
    return problem


FAULT = SeededFault(
    ("VAL-10",),
    "`Application/JSON` gives 415",
    lambda site: hook_at(site.body_writes(Role.UPDATE), admit=_refuse_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
