"""A DELETE of what was deleted before succeeds again."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import Role


def install(site: FaultSite) -> InstalledReading | None:
    """Act at the deletions that document 204."""
    keys = {operation.key for operation in site.with_roles(Role.DELETE) if operation.find_response(204)}
    deleted: set[str] = set()

    def succeed_again(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or call.operation.key not in keys:
            return response
        if 200 <= response.status < 300:
            deleted.add(call.path)
        elif response.status == 404 and call.path in deleted:
            return ServerResponse(204, media="", headers={**response.headers})
        return response

    return InstalledReading({"answer": succeed_again}) if keys else None


READING = AdmissibleReading(
    "writes",
    "RFC 9110, section 9.2.2: DELETE is idempotent; that a second one fails is nowhere stated",
    install,
)
