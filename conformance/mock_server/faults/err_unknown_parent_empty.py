"""A list below a parent that does not exist is empty."""

from conformance.mock_server.call import JSON, ServerCall, ServerResponse
from conformance.mock_server.pages import format_link_header
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _empty_list(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status != 404:
        return answer
    link = format_link_header(call.base + call.path, {"previous": None, "next": None})
    return ServerResponse(200, raw=b"[]", headers={**answer.headers, "Link": link}, media=JSON)


FAULT = SeededFault(
    ("ERR-05",),
    "a list below an unknown id gives 200 and []",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.with_roles(Role.LIST)
            if operation.path.count("{") == 1 and not operation.items_at and operation.pagination
        ),
        answer=_empty_list,
    ),
    changes=("status", "headers", "body"),
    implies=("IDS-06", "AUT-05"),  # altered ids and ids of other users have no list either
)
