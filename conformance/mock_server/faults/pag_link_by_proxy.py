"""Links of one list have the scheme and host that the proxy in front of the server uses."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response


def _name_proxy(answer: ServerResponse) -> None:
    if "Link" in answer.headers:
        answer.headers["Link"] = answer.headers["Link"].replace("<http://127.0.0.1", "<http://app.internal")


FAULT = SeededFault(
    ("PAG-12",),
    "the Link of one list names an internal host",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), answer=on_response(_name_proxy)),
    changes=("headers",),
    implies=("PAG-01",),
)
