"""The server closes the connection after each response."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _close_connection(response: BufferedResponse) -> None:
    response.set_header(b"connection", b"close")


READING = AdmissibleReading(
    "transport",
    "RFC 9112, section 9.6: a server may close the connection after any response",
    read_by_wrapper(rewrite_responses(_close_connection)),
    slots=("connection",),
)
