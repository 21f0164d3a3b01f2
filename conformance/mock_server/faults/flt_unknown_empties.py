"""An undocumented parameter empties the list."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _empty_list(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    known = {parameter.name for parameter in call.operation.parameters}
    return records if all(name in known for name, _ in call.query) else []


FAULT = SeededFault(
    ("FLT-07",),
    "an unknown query parameter gives an empty list",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), select=_empty_list),
    changes=("headers", "body"),
)
