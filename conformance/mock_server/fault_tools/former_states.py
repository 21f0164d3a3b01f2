"""Stale reads, as several seeded faults share them: some reads after a change show the former state."""

from collections import Counter
from typing import Any

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import InstalledFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Effect, Operation, Role


def list_plain_updates(site: FaultSite) -> list[Operation]:
    """Return the updates whose change shows, and touches no hardware or money."""
    updates = site.body_writes(Role.UPDATE)
    return [o for o in updates if o.effect is Effect.WRITE and site.has_plain_change(o)]


def show_former_state(site: FaultSite, operation: Operation | None, every: int) -> InstalledFault | None:
    """Show the state before a change in one of `every` reads of a resource after it; None without an operation."""
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
        return {**data, **old} if reads[path] % every == 0 else data

    readers = [o for o in site.model.operations if o.method == "GET" and o.path == operation.path]
    return hook_at([operation, *readers], apply=remember, item=show_former)
