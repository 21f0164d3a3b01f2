"""Paths are put into normal form before they are matched: doubled slashes are one, and dot segments are resolved."""

import posixpath
import re
from urllib.parse import quote

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.app import Application, Receive, Scope, Send

_DOUBLED = re.compile(r"/{2,}")


def _wrap(application: Application) -> Application:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith("/"):
            slash = "/" if path.endswith("/") and path != "/" else ""
            normal = posixpath.normpath(_DOUBLED.sub("/", path)).rstrip("/") + slash or "/"
            if normal != path:
                scope = {**scope, "path": normal, "raw_path": quote(normal).encode()}
        await application(scope, receive, send)

    return handle


READING = AdmissibleReading(
    "paths",
    "RFC 3986, section 6.2.2.3, and what reverse proxies do (nginx: merge_slashes); the description is silent on it",
    read_by_wrapper(_wrap),
)
