"""Media types have the parameter `charset=utf-8`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _add_charset(response: BufferedResponse) -> None:
    media = response.find_header(b"content-type")
    if media and b";" not in media:
        response.set_header(b"content-type", media + b"; charset=utf-8")


READING = AdmissibleReading(
    "transport",
    "RFC 8259, section 11: a charset parameter has no effect; RFC 9110, section 8.3.1 permits parameters",
    read_by_wrapper(rewrite_responses(_add_charset)),
    slots=("media type parameter",),
)
