"""What `…/current` shows names its own address in `url`, not that of the alias."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import Ref


def install(site: FaultSite) -> InstalledReading | None:
    """Give each singleton that shows a member of the collection beside it the address of that member."""
    store, resources = site.world.store, site.world.shape.resources
    has_place = False
    for resource in resources.values():
        for record in store.iterate_records(resource.name) if resource.singleton else ():
            parent = record.parent.path if record.parent else ""
            for sibling in resources.values():
                if sibling.singleton or sibling.schema != resource.schema or sibling.parent != resource.parent:
                    continue
                member = store.get_collection(sibling.name, parent).by_key.get(str(record.data.get("id")))
                if member is not None and "url" in record.data:
                    record.data["url"] = Ref(member.path)
                    has_place = True
    return InstalledReading() if has_place else None


READING = AdmissibleReading(
    "values",
    "the example of the schema names the thing itself; the description is silent on the alias",
    install,
)
