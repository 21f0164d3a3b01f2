"""OPTIONS is answered with 204 and the methods of the path."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _answer_options(response: BufferedResponse) -> None:
    if response.scope["method"] == "OPTIONS" and response.status == 405:
        response.status = 204
        response.set_header(b"allow", (response.find_header(b"allow") or b"") + b", OPTIONS")
        response.headers = [pair for pair in response.headers if not pair[0].lower().startswith(b"content-")]
        response.body = b""


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 9.3.7; the description documents no OPTIONS",
    read_by_wrapper(rewrite_responses(_answer_options)),
)
