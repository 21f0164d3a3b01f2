"""New logs arrive while the lists are read."""

from itertools import count

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.clock import MILLISECOND, MINUTE, format_time
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.live_worlds import iterate_log_resources
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import LinkKind

_EVERY = 25  # requests


def install(site: FaultSite) -> InstalledReading | None:
    """Add a log below the last parent of a kind of log, at a third of the requests for it, and sometimes else."""
    world = site.world
    resources = {resource.name: resource for resource in iterate_log_resources(site)}
    counter = count(1)

    def add_logs(call: ServerCall, user: str | None) -> str | None:
        number = next(counter)
        resource = resources.get(call.operation.resource)
        if number % _EVERY and resource is None:
            return user
        resource = resource or list(resources.values())[number // _EVERY % len(resources)]
        newest = list(world.store.iterate_records(resource.name))[-1:]
        if number % 3 or not newest or newest[0].parent is None:
            return user
        parent = newest[0].parent
        moment = world.now + number * 7 * MILLISECOND - MINUTE
        key = format_time(moment)
        log = StoredRecord(resource.name, key, world.build_path(resource, parent, key), parent, parent.owner, moment)
        world.store.add(log, quiet=True)
        world.fill_record(log)
        for link in world.shape.list_links(parent.resource):
            if resource.name in link.targets and link.kind is LinkKind.ITEM and link.path in parent.data:
                held = parent.data[link.path]
                parent.data[link.path] = [*held, Ref(log.path)] if isinstance(held, list) else Ref(log.path)
        return user

    return InstalledReading({"context": add_logs}) if resources else None


READING = AdmissibleReading(
    "world",
    "live data: devices report while a run goes on",
    install,
)
