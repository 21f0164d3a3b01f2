"""A page beyond the last is empty."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_response
from conformance.model import Scheme


def _empty_page(answer: ServerResponse) -> None:
    replace_response(200, [])(answer)
    answer.headers["Link"] = '<about:blank>; rel="previous", <about:blank>; rel="next"'


FAULT = SeededFault(
    ("PAG-08",),
    "a page number beyond the end gives 200 and []",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.PAGE)), answer=on_response(_empty_page, 404)),
    changes=("status", "headers", "body"),
)
