"""`Link` is sent as one header field for each link."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _split_links(response: BufferedResponse) -> None:
    value = response.find_header(b"link")
    if value is None:
        return
    rest = [pair for pair in response.headers if pair[0].lower() != b"link"]
    links = [part if part.startswith(b"<") else b"<" + part for part in value.split(b", <")]
    response.headers = [*rest, *((b"link", link) for link in links)]


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 5.3: a list-based field may be sent as several field lines",
    read_by_wrapper(rewrite_responses(_split_links)),
)
