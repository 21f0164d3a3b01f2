"""Only the first chunk of a body in chunks is read."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _read_first_half(call: ServerCall, problem: Problem | None) -> Problem | None:
    if "transfer-encoding" in call.headers:
        call.body = call.body[: len(call.body) // 2]
    return problem


FAULT = SeededFault(
    ("VAL-11",),
    "a PATCH in chunks is malformed JSON to the server",
    lambda site: hook_at(site.body_writes(Role.UPDATE), admit=_read_first_half),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
