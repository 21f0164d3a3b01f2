"""A list with one item is sent as an object."""

import msgspec

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.renderer import encode_json
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _unwrap_item(_call: ServerCall, answer: ServerResponse) -> ServerResponse:
    data = msgspec.json.decode(answer.raw) if answer.status == 200 and answer.raw else None
    if isinstance(data, list) and len(data) == 1:
        answer.raw = encode_json(data[0])
    return answer


FAULT = SeededFault(
    ("RSP-03",),
    "with page_size=1 one list is an object",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), answer=_unwrap_item),
    difficulty="subtle",
    changes=("body",),
)
