"""The API hangs below another path, as behind a gateway."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.fault_sites import FaultSite

_ROOT = "/gateway/energy"


def _hang_below(application: Application) -> Application:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").startswith(_ROOT + "/"):
            scope = {**scope, "root_path": scope.get("root_path", "") + _ROOT}
        await application(scope, receive, send)

    return handle


def install(_site: FaultSite) -> InstalledReading:
    """Take the API below that path too; links follow, as they name the path that was requested."""
    return InstalledReading(wrapper=_hang_below, root_path=_ROOT)


READING = AdmissibleReading("transport", "OpenAPI 3.1, 4.8.5: the servers of a description may be others", install)
