"""Header names are sent in title case, `X-Ratelimit-Limit`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _title_names(response: BufferedResponse) -> None:
    response.headers = [(name.title(), value) for name, value in response.headers]


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 5.1: header names are case-insensitive; the server itself sends them in lower case",
    read_by_wrapper(rewrite_responses(_title_names), http="h11"),
    slots=("header names", "protocol"),
)
