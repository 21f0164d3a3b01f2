"""The last item that matches a filter is missing."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _drop_last_match(call: Call, records: list[Record]) -> list[Record]:
    names = {documented.parameter for documented in call.operation.filters}
    return records[:-1] if names & {name for name, _ in call.query} else records


FAULT = Fault(
    ("FLT-02",),
    "a filtered list lacks its last item",
    lambda site: at(site.pick({o.key: o for o, _ in site.filters()}.values()), select=_drop_last_match),
    difficulty="subtle",
    changes=("headers", "body"),
)
