"""Media types are written in capitals, `Application/JSON`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _capitalize_media_type(response: BufferedResponse) -> None:
    media = response.find_header(b"content-type")
    if media:
        kind, semicolon, parameters = media.partition(b";")
        written = kind.replace(b"application", b"Application").replace(b"json", b"JSON")
        response.set_header(b"content-type", written + semicolon + parameters)


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 8.3.1: type and subtype are case-insensitive",
    read_by_wrapper(rewrite_responses(_capitalize_media_type)),
)
