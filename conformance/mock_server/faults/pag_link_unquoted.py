"""The URLs in Link have no angle brackets."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response


def _strip_brackets(answer: ServerResponse) -> None:
    if "Link" in answer.headers:
        answer.headers["Link"] = answer.headers["Link"].replace("<", "").replace(">", "")


FAULT = SeededFault(
    ("PAG-01",),
    "the Link of one list cannot be parsed",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), answer=on_response(_strip_brackets)),
    changes=("headers",),
)
