"""A user's list shows resources of other users when it is filtered."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _is_visible(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
    names = {documented.parameter for documented in call.operation.filters}
    return visible or bool(names & {name for name, _ in call.query})


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of a resource that belongs to users, with filters."""
    owned = site.world.shape.owned_resources - {site.world.shape.user_resource}
    return hook_at(
        site.pick({o.key: o for o, _ in site.filters() if o.resource in owned}.values()), visible=_is_visible
    )


FAULT = SeededFault(
    ("AUT-05",),
    "a filtered list shows a user the resources of others",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
