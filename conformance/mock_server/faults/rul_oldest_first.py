"""A list of which the text says that it shows the newest first shows the oldest first."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _reverse(_call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    return records[::-1]


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list that is stated to show the newest first."""
    lists = (
        operation
        for operation in site.with_roles(Role.LIST)
        if operation.stated_order and operation.stated_order.is_descending and site.count_records(operation) > 2
    )
    return hook_at(site.pick(lists), order=_reverse)


FAULT = SeededFault(
    ("RUL-09",), "the oldest stands first in a list of the newest", install, changes=("status", "headers", "body")
)
