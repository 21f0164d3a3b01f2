"""An undocumented parameter empties the list."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _empty_list(call: Call, records: list[Record]) -> list[Record]:
    known = {parameter.name for parameter in call.operation.parameters}
    return records if all(name in known for name, _ in call.query) else []


FAULT = Fault(
    ("FLT-07",),
    "an unknown query parameter gives an empty list",
    lambda site: at(site.pick(site.paged(least=3)), select=_empty_list),
    changes=("headers", "body"),
)
