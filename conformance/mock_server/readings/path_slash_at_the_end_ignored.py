"""A path with a slash at its end is the same as the one without."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading:
    """Drop the slash from paths of the API."""
    base_path = site.model.base_path

    def wrap(application: Application) -> Application:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            below = path.removeprefix(scope.get("root_path", ""))
            if scope["type"] == "http" and path.endswith("/") and below.startswith(base_path + "/"):
                scope = {**scope, "path": path[:-1], "raw_path": scope.get("raw_path", path.encode())[:-1]}
            await application(scope, receive, send)

        return handle

    return InstalledReading(wrapper=wrap)


READING = AdmissibleReading(
    "paths",
    "the description writes paths without a slash at the end, and examples of links with one",
    install,
    excludes=("wire-trailing-slash-redirected",),
)
