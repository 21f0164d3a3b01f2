"""Reads have an ETag, and If-None-Match is answered with 304, without rate headers."""

import hashlib

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_KEPT = {b"etag", b"evenergy-version", b"vary", b"cache-control"}


def _set_entity_tag(response: BufferedResponse) -> None:
    if response.scope["method"] != "GET" or response.status != 200:
        return
    etag = b'W/"' + hashlib.sha256(response.body).hexdigest()[:16].encode() + b'"'
    response.set_header(b"etag", etag)
    if etag in dict(response.scope["headers"]).get(b"if-none-match", b""):
        response.status, response.body = 304, b""
        response.headers = [pair for pair in response.headers if pair[0].lower() in _KEPT]


READING = AdmissibleReading(
    "transport",
    "RFC 9110, sections 8.8.3 and 15.4.5; the description is silent on validators",
    read_by_wrapper(rewrite_responses(_set_entity_tag)),
    slots=("etag",),
)
