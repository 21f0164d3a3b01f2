"""A method that the server knows for no resource is refused with 501."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_KNOWN = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _refuse_unknown(response: BufferedResponse) -> None:
    if response.scope["method"] not in _KNOWN and response.status == 405:
        response.status = 501
        response.set_body(response.body.replace(b'"status":405', b'"status":501'))
        response.set_body(response.body.replace(b"Method Not Allowed", b"Not Implemented"))


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, section 9.1: a method that is not recognized should be answered with 501",
    read_by_wrapper(rewrite_responses(_refuse_unknown)),
    slots=("unknown methods", "coding", "json"),
)
