"""The last item that matches a filter is missing."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _drop_last_match(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    names = {documented.parameter for documented in call.operation.filters}
    return records[:-1] if names & {name for name, _ in call.query} else records


FAULT = SeededFault(
    ("FLT-02",),
    "a filtered list lacks its last item",
    lambda site: hook_at(site.pick({o.key: o for o, _ in site.filters()}.values()), select=_drop_last_match),
    difficulty="subtle",
    changes=("headers", "body"),
)
