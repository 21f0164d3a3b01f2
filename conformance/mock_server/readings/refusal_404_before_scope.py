"""What does not exist is refused with 404 before the scope is looked at."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem, build_not_found


def install(site: FaultSite) -> InstalledReading:
    """Look up the records that the path names, where the scope is missing."""
    world = site.world

    def look_up(call: ServerCall, problem: Problem | None) -> Problem | None:
        if problem is None or problem.status != 403:
            return problem
        chain = list(world.find_ancestors(call.operation))
        own = world.shape.resources.get(call.operation.resource)
        if own is not None and own.key in call.path_values and own not in chain:
            chain.append(own)
        parent = ""
        for resource in chain:
            key = world.normalize_key(resource, call.path_values.get(resource.key, ""))
            record = world.store.get_collection(resource.name, parent).by_key.get(key)
            if record is None and key != "me":
                return build_not_found()
            parent = record.path if record else parent
        return problem

    return InstalledReading({"admit": look_up})


READING = AdmissibleReading(
    "refusals",
    "the description documents 403 and 404, and is silent on which comes first",
    install,
    slots=("order of refusals",),
)
