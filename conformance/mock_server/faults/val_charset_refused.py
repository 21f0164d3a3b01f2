"""A JSON body with a charset is refused."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _refuse_request(call: ServerCall, problem: Problem | None) -> Problem | None:
    media_type = call.headers.get("content-type", "")
    if problem is None and "json" in media_type.lower() and ";" in media_type:
        return Problem(415, "unsupported-media-type", "Send the body as application/json.")
    return problem


FAULT = SeededFault(
    ("VAL-10",),
    "`application/json; charset=utf-8` gives 415",
    lambda site: hook_at(site.body_writes(Role.UPDATE), admit=_refuse_request),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
