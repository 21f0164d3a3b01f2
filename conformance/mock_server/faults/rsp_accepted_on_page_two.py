"""Every page except the first of one list has the status 202."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _set_accepted(_call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status == 200 and "about:blank" not in answer.headers.get("Link", "").partition(",")[0]:
        answer.status = 202
    return answer


FAULT = SeededFault(
    ("RSP-01",),
    "the second page of one list has the status 202",
    lambda site: hook_at(site.pick(site.paged_lists()), answer=_set_accepted),
    difficulty="subtle",
    changes=("status",),
)
