"""A cursor that is the id of no item of the list is refused."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import build_parameter_problem
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledReading:
    """Look up the id that a cursor holds; an item that was deleted meanwhile is still known."""
    store = site.world.store
    known: set[str] = set()

    def look_up(call: ServerCall, user: str | None) -> str | None:
        paging = call.operation.pagination
        if paging is None or paging.scheme is not Scheme.CURSOR:
            return user
        known.update(record.key for record in store.iterate_records(call.operation.resource))
        for name in (paging.after, paging.before):
            value = call.last_query_value(name) if name else None
            if value is not None and value not in known:
                raise build_parameter_problem(name, "not a cursor of this list.", "invalid-pagination-parameter")
        return user

    return InstalledReading({"context": look_up})


READING = AdmissibleReading(
    "lists",
    "the description is silent on cursors that no link gave",
    install,
    slots=("unknown cursors",),
)
