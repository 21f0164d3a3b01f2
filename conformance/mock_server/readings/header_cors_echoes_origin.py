"""The origin of a request is named in the response, which varies with it, and credentials are not allowed."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def _echo_origin(response: BufferedResponse) -> None:
    origin = dict(response.scope["headers"]).get(b"origin")
    varied = response.find_header(b"vary")
    response.set_header(b"vary", varied + b", Origin" if varied else b"Origin")
    if origin:
        response.set_header(b"access-control-allow-origin", origin)


READING = AdmissibleReading(
    "headers",
    "Fetch standard, CORS protocol: an origin may be named, and without credentials that gives a page nothing",
    read_by_wrapper(rewrite_responses(_echo_origin)),
    excludes=("header-cors-for-all", "wire-extra-headers"),
)
