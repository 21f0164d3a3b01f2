"""A 204 has the type and length of a body."""

from conformance.mock_server.call import JSON, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response
from conformance.model import Role


def _set_body_headers(answer: ServerResponse) -> None:
    answer.media, answer.raw = JSON, b"{}"
    answer.headers["Content-Length"] = "2"


FAULT = SeededFault(
    ("RSP-05",),
    "a successful DELETE has a body",
    lambda site: hook_at(site.with_roles(Role.DELETE), answer=on_response(_set_body_headers, 204)),
    changes=("headers", "body"),
)
