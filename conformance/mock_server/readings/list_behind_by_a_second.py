"""Lists follow writes with a delay: what was created is missing, and what was deleted is there, for half a second."""

import time
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord

_DELAY_S = 0.5


def install(_site: FaultSite) -> InstalledReading:
    """Remember what was created and deleted, and when."""
    created: dict[str, float] = {}
    deleted: dict[str, tuple[StoredRecord, str, float]] = {}

    def note_creation(call: ServerCall, record: StoredRecord, changes: Any) -> Any:
        if call.method == "POST":
            created[record.path] = time.monotonic()
        return changes

    def note_deletion(_call: ServerCall, record: StoredRecord, takes_effect: bool) -> bool:
        parent = record.parent.path if record.parent else ""
        deleted[record.path] = (record, parent, time.monotonic())
        return takes_effect

    def show_earlier(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
        now = time.monotonic()
        shown = [record for record in records if now - created.get(record.path, 0.0) > _DELAY_S]
        for record, parent, moment in list(deleted.values()):
            if now - moment > _DELAY_S:
                del deleted[record.path]
            elif record.resource == call.operation.resource and (not parent or call.path.startswith(parent + "/")):
                shown += [record] if record not in shown and not call.operation.filters else []
        return sorted(shown, key=lambda record: record.key) if deleted and not call.operation.ordering else shown

    return InstalledReading({"apply": note_creation, "remove": note_deletion, "select": show_earlier})


READING = AdmissibleReading(
    "lists",
    "the description does not promise that a list shows a write at once",
    install,
    excludes=("list-newest-first",),
)
