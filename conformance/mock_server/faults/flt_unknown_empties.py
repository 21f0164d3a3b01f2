"""A parameter that nobody knows empties the list."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, at
from conformance.mock_server.world.store import Record


def _none(call: Call, records: list[Record]) -> list[Record]:
    known = {each.name for each in call.operation.parameters}
    return records if all(name in known for name, _ in call.query) else []


FAULT = Fault(
    ("FLT-07",),
    "an unknown query parameter gives an empty list",
    lambda site: at(site.pick(site.paged(least=3)), select=_none),
    changes=("headers", "body"),
)
