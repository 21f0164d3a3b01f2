"""Other people create things while the run goes on, and delete them soon after."""

from collections import deque
from itertools import count

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.live_worlds import list_shared_collections
from conformance.mock_server.record_factory import RecordFactory
from conformance.mock_server.world.dependent_links import update_mirrors
from conformance.mock_server.world.store import StoredRecord

_EVERY, _MOST = 19, 4  # requests between two changes, and things of others at once


def install(site: FaultSite) -> InstalledReading | None:
    """Add records to collections that nothing links to, and remove the oldest of them."""
    world = site.world
    factory = RecordFactory(world, lambda: world.now)
    linked = {target for name in world.shape.resources for link in world.shape.list_links(name) if not link.own
              for target in link.targets}  # fmt: skip
    collections = [resource for resource in list_shared_collections(site) if resource.name not in linked]
    people = list(world.store.get_collection(world.shape.user_resource).keys)
    requests, serial = count(1), count()
    made = deque[StoredRecord]()

    def change(_call: ServerCall, user: str | None) -> str | None:
        if next(requests) % _EVERY:
            return user
        if len(made) == _MOST and (oldest := made.popleft()).path in world.store.by_path:
            world.store.remove(oldest)
            update_mirrors(world.shape, world.store, oldest.resource)
            return user
        number = next(serial)
        resource = collections[number % len(collections)]
        is_owned = resource.name in world.shape.owned_resources and people
        made.append(factory.add_record(resource, None, people[number % len(people)] if is_owned else None))
        update_mirrors(world.shape, world.store, resource.name)
        return user

    return InstalledReading({"context": change}) if collections else None


READING = AdmissibleReading(
    "world", "a target that people use: nothing promises that nobody else writes", install, slots=("other people",)
)
