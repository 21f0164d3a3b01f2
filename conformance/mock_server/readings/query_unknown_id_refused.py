"""A filter by the id of something that does not exist is refused with 400 instead of finding nothing."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import build_parameter_problem


def install(site: FaultSite) -> InstalledReading:
    """Look up the ids of filters that name a linked resource."""
    store = site.world.store

    def look_up(call: ServerCall, user: str | None) -> str | None:
        for query_filter in call.operation.filters:
            value = call.last_query_value(query_filter.parameter)
            if not query_filter.by_id_of or value is None or value == "me" or "," in value:
                continue
            bare = value.rstrip("/").rpartition("/")[2]
            if all(record.key != bare for record in store.iterate_records(query_filter.by_id_of)):
                raise build_parameter_problem(query_filter.parameter, "names nothing that exists.")
        return user

    return InstalledReading({"context": look_up})


READING = AdmissibleReading(
    "requests",
    "the description is silent on a filter by an id that names nothing",
    install,
    slots=("unknown id in a filter",),
)
