"""Bodies are compressed with deflate where the client accepts it."""

import zlib

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.response_wrappers import BufferedResponse, rewrite_responses


def _compress_body(response: BufferedResponse) -> None:
    accepted = dict(response.scope["headers"]).get(b"accept-encoding", b"")
    if b"deflate" in accepted and response.scope["method"] == "HEAD" and response.find_header(b"content-type"):
        response.headers = [pair for pair in response.headers if pair[0].lower() != b"content-length"]
        response.set_header(b"content-encoding", b"deflate")
    elif b"deflate" in accepted and response.body:
        response.set_body(zlib.compress(response.body, 1))
        response.set_header(b"content-encoding", b"deflate")


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 8.4.1.2: the deflate coding, which the client accepts",
    read_by_wrapper(rewrite_responses(_compress_body)),
    slots=("coding",),
)
