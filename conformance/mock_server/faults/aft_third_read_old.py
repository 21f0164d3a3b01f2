"""Every third read after a change shows what was before it."""

from collections import Counter
from typing import Any

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Effect, Role


def plant(site: FaultSite) -> InstalledFault | None:
    """Choose one update of a part."""
    operation = site.pick(
        o
        for o in site.body_writes(Role.UPDATE)
        if o.effect is Effect.WRITE and site.has_plain_change(o) and not o.path.endswith("}")
    )
    if operation is None:
        return None
    former: dict[str, dict[str, Any]] = {}
    reads: Counter[str] = Counter()

    def remember(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        if call.method == "PATCH":
            former[record.path] = dict(record.data)
            reads[record.path] = 0
        return changes

    def show_former(call: ServerCall, place: RecordPosition, data: Any) -> Any:
        path = place.record.path
        if call.method != "GET" or place.is_listed or path not in former or not isinstance(data, dict):
            return data
        reads[path] += 1
        old = {n: v for n, v in former[path].items() if n in data and not isinstance(v, Ref)}
        return {**data, **old} if reads[path] % 3 == 0 else data

    readers = [o for o in site.model.operations if o.method == "GET" and o.path == operation.path]
    return hook_at([operation, *readers], apply=remember, item=show_former)


FAULT = SeededFault(
    ("AFT-04",),
    "one read in three shows the state before a change",
    plant,
    difficulty="subtle",
    implies=("WRT-02", "CON-01", "CON-07", "CON-08", "VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05"),
)
