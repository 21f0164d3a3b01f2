"""Reads have an ETag that is made of what their address without the query shows, and If-None-Match is obeyed."""

import hashlib

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.app import Application
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _wrap(application: Application) -> Application:
    revisions: dict[str, int] = {}  # by path: how often something below the root was written

    def set_entity_tag(response: BufferedResponse) -> None:
        scope = response.scope
        root = "/".join(scope["path"].split("/")[:3])
        if scope["method"] not in {"GET", "HEAD"}:
            revisions[root] = revisions.get(root, 0) + 1
        if scope["method"] != "GET" or response.status != 200:
            return
        credentials = dict(scope["headers"]).get(b"authorization", b"")
        source = f"{scope['path']} {revisions.get(root, 0)}".encode() + credentials
        tag = b'W/"' + hashlib.sha256(source).hexdigest()[:16].encode() + b'"'
        response.set_header(b"etag", tag)
        if tag in dict(scope["headers"]).get(b"if-none-match", b""):
            response.status, response.body = 304, b""
            response.headers = [pair for pair in response.headers if not pair[0].lower().startswith(b"content-")]

    return rewrite_responses(set_entity_tag)(application)


def install(_site: FaultSite) -> InstalledReading:
    """Count the writes of each collection, from which the tags are made."""
    return InstalledReading(wrapper=_wrap)


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 8.8.3: tags tell representations of one address apart, and a query makes another address",
    install,
    slots=("etag",),
)
