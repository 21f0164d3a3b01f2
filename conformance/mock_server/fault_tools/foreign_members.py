"""Members of resources that are found by their id alone, as several seeded faults share them."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import FaultSite
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation, Role


def list_personal_parts(site: FaultSite) -> list[Operation]:
    """Return the reads of a resource of a user below another resource."""
    return [
        operation
        for operation in site.with_roles(Role.ITEM)
        if operation.resource in site.model.personal_resources and operation.path.count("{") > 1
    ]


def find_below_any_parent(site: FaultSite) -> dict[str, Hook]:
    """Return hooks that find a record by its id alone, whatever parent the path names."""
    store = site.world.store

    def find_anywhere(
        call: ServerCall, resource: Any, _members: Any, key: str, record: StoredRecord | None
    ) -> StoredRecord | None:
        if record is not None or resource.name != call.operation.resource:
            return record
        return next((r for r in store.iterate_records(resource.name) if r.key == key), None)

    def is_shown(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
        return visible or record.resource == call.operation.resource

    return {"lookup": find_anywhere, "visible": is_shown}
