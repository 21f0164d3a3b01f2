"""Responses have headers that the description does not name."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_HEADERS = (
    (b"server", b"edge/1.4"),
    (b"x-request-id", b"0af7651916cd43dd8448eb211c80319c"),
    (b"strict-transport-security", b"max-age=63072000"),
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-store"),
    (b"server-timing", b"app;dur=12.4"),
    (b"set-cookie", b"route=a1; Path=/; HttpOnly"),
    (b"via", b"1.1 gateway"),
)


def _add_headers(response: BufferedResponse) -> None:
    response.headers = [*response.headers, *_HEADERS]


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 5.1: a recipient ignores headers that it does not know",
    read_by_wrapper(rewrite_responses(_add_headers)),
)
