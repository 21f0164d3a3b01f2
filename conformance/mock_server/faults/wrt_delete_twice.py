"""A second DELETE of the same resource succeeds."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_response
from conformance.model import Role


def _accept_again(answer: ServerResponse) -> None:
    replace_response(204)(answer)
    answer.media = ""


FAULT = SeededFault(
    ("WRT-04",),
    "DELETE of a deleted resource gives 204",
    lambda site: hook_at(site.with_roles(Role.DELETE), answer=on_response(_accept_again, 404)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
