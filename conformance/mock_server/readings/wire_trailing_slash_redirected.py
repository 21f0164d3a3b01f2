"""A path with a trailing slash is redirected to the one without."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading:
    """Redirect paths of the API, never its base path itself nor the endpoints beside it."""
    base_path = site.model.base_path

    def wrap(application: Application) -> Application:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            below = path.removeprefix(scope.get("root_path", ""))
            is_below = below.startswith(base_path + "/") and below != base_path + "/"
            if scope["type"] != "http" or not path.endswith("/") or not is_below:
                await application(scope, receive, send)
                return
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            target = scope.get("raw_path", path.encode()).rstrip(b"/") + query
            headers = [(b"location", target), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 308, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

        return handle

    return InstalledReading(wrapper=wrap)


READING = AdmissibleReading(
    "transport", "the description is silent on paths with a trailing slash; RFC 9110, section 15.4.9", install
)
