"""A response to HEAD has no Content-Length."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _drop_length(response: BufferedResponse) -> None:
    if response.scope["method"] == "HEAD":
        response.headers = [pair for pair in response.headers if pair[0].lower() != b"content-length"]


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 9.3.2: headers whose value needs the content may be left out",
    read_by_wrapper(rewrite_responses(_drop_length)),
    slots=("head",),
)
