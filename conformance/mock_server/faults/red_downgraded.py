"""A redirect leads from https to http."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response
from conformance.model import Role


def _downgrade_scheme(answer: ServerResponse) -> None:
    answer.headers["Location"] = answer.headers["Location"].replace("https://", "http://")


FAULT = SeededFault(
    ("RED-01",),
    "Location of one redirect is http",
    lambda site: hook_at(
        site.pick(operation for operation in site.model.operations if operation.role is Role.REDIRECT),
        answer=on_response(_downgrade_scheme, 302),
    ),
    difficulty="subtle",
    changes=("headers",),
)
