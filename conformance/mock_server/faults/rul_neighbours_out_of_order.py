"""A list of which the text says that it is ordered by name has one pair of neighbours in the wrong order."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _exchange(_call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    return [*records[:-3], records[-2], records[-3], records[-1]] if len(records) > 3 else records


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a root list that is ordered by a property."""
    lists = (
        operation
        for operation in site.with_roles(Role.LIST)
        if operation.stated_order and operation.stated_order.field and site.count_records(operation) > 3
        if "{" not in operation.path
    )
    return hook_at(site.pick(lists), order=_exchange)


FAULT = SeededFault(
    ("RUL-09",),
    "two names have changed places near the end of a list that is ordered by name",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
