"""A list below a parent that does not exist is empty."""

from conformance.mock_server.call import JSON, Answer, Call
from conformance.mock_server.pages import link_header
from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role


def _empty_list(call: Call, answer: Answer) -> Answer:
    if answer.status != 404:
        return answer
    link = link_header(call.base + call.path, {"previous": None, "next": None})
    return Answer(200, raw=b"[]", headers={**answer.headers, "Link": link}, media=JSON)


FAULT = Fault(
    ("ERR-05",),
    "a list below an unknown id gives 200 and []",
    lambda site: at(
        site.pick(
            operation
            for operation in site.of_role(Role.LIST)
            if operation.path.count("{") == 1 and not operation.items_at and operation.pagination
        ),
        answer=_empty_list,
    ),
    changes=("status", "headers", "body"),
    implies=("IDS-06", "AUT-05"),  # altered ids and ids of other users have no list either
)
