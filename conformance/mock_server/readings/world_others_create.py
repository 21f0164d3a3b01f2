"""Other people create things while the run goes on."""

from itertools import count

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.live_worlds import list_shared_collections
from conformance.mock_server.record_factory import RecordFactory
from conformance.mock_server.world.dependent_links import update_mirrors

_EVERY = 23  # requests


def install(site: FaultSite) -> InstalledReading | None:
    """Add a record to one collection after the other."""
    world = site.world
    factory = RecordFactory(world, lambda: world.now)
    collections = list_shared_collections(site)
    people = list(world.store.get_collection(world.shape.user_resource).keys)
    requests, serial = count(1), count()

    def create_records(_call: ServerCall, user: str | None) -> str | None:
        if next(requests) % _EVERY == 0:
            number = next(serial)
            resource = collections[number % len(collections)]
            is_owned = resource.name in world.shape.owned_resources and people
            factory.add_record(resource, None, people[number % len(people)] if is_owned else None)
            update_mirrors(world.shape, world.store, resource.name)
        return user

    return InstalledReading({"context": create_records}) if collections else None


READING = AdmissibleReading(
    "world", "a target that people use: nothing promises that nobody else writes", install, slots=("other people",)
)
