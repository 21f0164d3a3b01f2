"""The relation is called `prev`."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer


def _rename_relation(answer: Answer) -> None:
    if "Link" in answer.headers:
        answer.headers["Link"] = answer.headers["Link"].replace('rel="previous"', 'rel="prev"')


FAULT = Fault(
    ("PAG-01", "PAG-04"),
    'Link has rel="prev"',
    lambda _site: anywhere(answer=on_answer(_rename_relation)),
    changes=("headers",),
)
