"""A filter by the id of a thing starts from everybody's resources: each such filter of a list but the first."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation, Role


def _list_id_filters(site: FaultSite, operation: Operation) -> list[str]:
    personal = site.model.personal_resources
    return [documented.parameter for documented in operation.filters if documented.by_id_of in personal]


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of a person's resources with several filters by the id of a person's thing."""
    lists = [o for o in site.personal_operations(Role.LIST) if len(_list_id_filters(site, o)) > 1]
    operation = site.pick(lists)
    if operation is None:
        return None
    names = set(_list_id_filters(site, operation)[1:])

    def show_filtered(call: ServerCall, _record: StoredRecord, visible: bool) -> bool:
        return visible or any(name in names for name, _ in call.query)

    return hook_at(operation, visible=show_filtered)


FAULT = SeededFault(
    ("AUT-05",),
    "with the id of another user's thing in a filter a list shows what belongs to that user",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-15",),
)
