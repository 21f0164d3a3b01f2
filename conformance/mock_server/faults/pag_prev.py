"""The relation is called `prev`."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response


def _rename_relation(answer: ServerResponse) -> None:
    if "Link" in answer.headers:
        answer.headers["Link"] = answer.headers["Link"].replace('rel="previous"', 'rel="prev"')


FAULT = SeededFault(
    ("PAG-01", "PAG-04"),
    'Link has rel="prev"',
    lambda _site: hook_everywhere(answer=on_response(_rename_relation)),
    changes=("headers",),
)
