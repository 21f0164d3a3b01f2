"""PATCH looks at no owner where the list alone is narrowed to a user."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a resource that names no owner, and whose list has the user header."""
    narrowed = {o.resource for o in site.model.operations if o.role is Role.LIST and o.user_header}
    unowned = narrowed - site.model.personal_resources
    operations = [o for o in site.with_roles(Role.UPDATE) if o.resource in unowned]

    def show_to_all(_call: ServerCall, _record: StoredRecord, _visible: bool) -> bool:
        return True

    return hook_at(operations, visible=show_to_all)


FAULT = SeededFault(
    ("AUT-05",),
    "one user marks the notification of another one as read",
    install,
    changes=("status", "headers", "body"),
)
