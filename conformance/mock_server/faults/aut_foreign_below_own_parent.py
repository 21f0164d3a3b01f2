"""A thing below another one is found by its id alone, whoever's the parent in the path is."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the reads of one thing below another one that belongs to users."""
    store = site.world.store

    def find_anywhere(
        call: ServerCall, resource: Any, _members: Any, key: str, record: StoredRecord | None
    ) -> StoredRecord | None:
        if record is not None or resource.name != call.operation.resource:
            return record
        return next((r for r in store.iterate_records(resource.name) if r.key == key), None)

    def show_anywhere(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
        return visible or record.resource == call.operation.resource

    operations = [
        operation
        for operation in site.with_roles(Role.ITEM)
        if operation.resource in site.model.personal_resources and operation.path.count("{") > 1
    ]
    return hook_at(operations, lookup=find_anywhere, visible=show_anywhere)


FAULT = SeededFault(
    ("AUT-05",),
    "another user's thing below one's own address gives 200",
    install,
    changes=("status", "headers", "body"),
    shown_by="references",
    implies=("ERR-05", "AUT-15"),
)
