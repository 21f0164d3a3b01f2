"""A DELETE of an id that does not exist deletes the first resource of its kind."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the DELETE of a resource that cannot be created."""
    creatable = {operation.resource for operation in site.with_roles(Role.CREATE)}
    deletes = (o for o in site.with_roles(Role.DELETE) if o.resource not in creatable and o.path.endswith("}"))

    def fall_back(
        call: ServerCall, _resource: Any, members: RecordCollection, _key: str, record: StoredRecord | None
    ) -> StoredRecord | None:
        visible = members.list_visible_keys(call.user)
        return record or (members.by_key[visible[0]] if visible else None)

    return hook_at(site.pick(deletes), lookup=fall_back)


FAULT = SeededFault(
    ("WRT-09",),
    "DELETE of an id that does not exist deletes another resource",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
