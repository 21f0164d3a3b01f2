"""Addresses of logs end with a slash, and are served with and without it."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_value
from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.fault_sites import FaultSite

_LOG = re.compile(r"https?://.*_logs/\d{4}-\d\d-\d\dT[^/?]*")


def _add_slash(value: Any) -> Any:
    return f"{value}/" if isinstance(value, str) and _LOG.fullmatch(value) else value


def install(_site: FaultSite) -> InstalledReading:
    """Show the addresses with a slash, and take it away from requests."""

    def wrap(application: Application) -> Application:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            if scope["type"] == "http" and "_logs/" in path and path.endswith("Z/"):
                raw_path = scope.get("raw_path", path.encode())
                scope = {**scope, "path": path.removesuffix("/"), "raw_path": raw_path.removesuffix(b"/")}
            await application(scope, receive, send)

        return handle

    return InstalledReading(on_every_value(_add_slash), wrap)


READING = AdmissibleReading(
    "values",
    "the description's examples of `latest_status_log` end with a slash, its paths of logs do not",
    install,
    slots=("link encoding of logs",),
)
