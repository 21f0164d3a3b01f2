"""Two filters together lose the last item that satisfies both, at one list."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_last_record(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    fields = {f.field for f in call.operation.filters if call.query_values(f.parameter)}
    return records[:-1] if len(fields) > 1 else records


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list with filters of two members."""
    lists = [o for o in site.with_roles(Role.LIST) if len({f.field for f in o.filters if f.field}) > 1]
    return hook_at(site.pick(o for o in lists if "{" not in o.path), select=_drop_last_record)


FAULT = SeededFault(
    ("FLT-02",), "a list with two filters lacks one item", install, difficulty="subtle", implies=("FLT-03",)
)
