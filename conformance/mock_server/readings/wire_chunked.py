"""Bodies are sent in chunks, without Content-Length."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_CHUNK_BYTES = 97


def _split_body(response: BufferedResponse) -> None:
    response.headers = [(name, value) for name, value in response.headers if name.lower() != b"content-length"]
    response.chunks = [
        response.body[start : start + _CHUNK_BYTES] for start in range(0, len(response.body), _CHUNK_BYTES)
    ]


READING = AdmissibleReading(
    "transport",
    "RFC 9112, section 7.1: chunked transfer coding",
    read_by_wrapper(rewrite_responses(_split_body)),
    slots=("framing",),
)
