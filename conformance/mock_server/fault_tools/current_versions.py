"""Changes of what is shown as the version in force, for seeded faults and readings."""

from collections.abc import Callable, Iterator
from typing import Any

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import InstalledFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role

Choice = Callable[[list[StoredRecord]], dict[str, Any]]


def list_versions(site: FaultSite) -> Iterator[tuple[StoredRecord, list[StoredRecord]]]:
    """Yield each record that shows a version in force, with all versions, the oldest first."""
    resources = site.world.shape.resources.values()
    for resource in resources:
        for record in site.world.store.iterate_records(resource.name) if resource.singleton else ():
            parent = record.parent.path if record.parent else ""
            for sibling in resources:
                is_sibling = not sibling.singleton and sibling.schema == resource.schema
                if is_sibling and sibling.parent == resource.parent and "published" in record.data:
                    yield record, list(site.world.store.get_collection(sibling.name, parent))


def show_version(site: FaultSite, choose: Choice) -> InstalledFault | None:
    """Show another version as the one in force, wherever there are at least three; None where nowhere."""
    shown: dict[str, dict[str, Any]] = {}  # by the path of the record that shows the version in force
    resources: set[str] = set()
    for record, versions in list_versions(site):
        if len(versions) > 2:
            shown[record.path] = {name: value for name, value in choose(versions).items() if name != "url"}
            resources.add(record.resource)

    def show(_call: ServerCall, place: RecordPosition, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, **shown.get(place.record.path, {})}

    readers = [operation for operation in site.with_roles(Role.SINGLETON) if operation.resource in resources]
    return hook_at(readers, item=show) if readers else None
