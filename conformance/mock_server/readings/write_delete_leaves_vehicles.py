"""A vehicle whose deletion gives 204 stays, as in a sandbox."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledReading | None:
    """Act at the deletion that documents 204 beside another success: its text says that a sandbox does so."""
    deletions = (operation for operation in site.with_roles(Role.DELETE) if operation.resource == "vehicles")
    keys = {operation.key for operation in deletions if operation.find_response(204)}

    def keep(call: ServerCall, _record: StoredRecord, is_removed: bool) -> bool:
        return is_removed and call.operation.key not in keys

    def say_so(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or call.operation.key not in keys or response.status // 100 != 2:
            return response
        return ServerResponse(204, media="", headers={**response.headers})

    return InstalledReading({"remove": keep, "answer": say_so}) if keys else None


READING = AdmissibleReading(
    "writes",
    "the description of the 204: vehicles of a sandbox are not deleted",
    install,
)
