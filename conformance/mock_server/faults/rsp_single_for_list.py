"""A list with one item is sent as an object."""

import msgspec

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.renderer import encode
from conformance.mock_server.seeded_faults import Fault, at


def _unwrap_item(_call: Call, answer: Answer) -> Answer:
    data = msgspec.json.decode(answer.raw) if answer.status == 200 and answer.raw else None
    if isinstance(data, list) and len(data) == 1:
        answer.raw = encode(data[0])
    return answer


FAULT = Fault(
    ("RSP-03",),
    "with page_size=1 one list is an object",
    lambda site: at(site.pick(site.paged(least=3)), answer=_unwrap_item),
    difficulty="subtle",
    changes=("body",),
)
