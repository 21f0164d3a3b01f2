"""A body in chunks is taken for an empty one, as by a server that reads as many bytes as Content-Length says."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _read_by_length(call: ServerCall, problem: Problem | None) -> Problem | None:
    if "transfer-encoding" in call.headers:
        call.body = b""
    return problem


FAULT = SeededFault(
    ("VAL-11",),
    "the body of a write in chunks is empty",
    lambda site: hook_at(site.body_writes(Role.CREATE, Role.UPDATE), admit=_read_by_length),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
