"""Bodies are compressed where the client accepts gzip."""

import gzip

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.app import Application
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, compress_bodies, rewrite_responses


def _wrap(application: Application) -> Application:
    compressed = compress_bodies(b"gzip", lambda body: gzip.compress(body, 1))(application)
    return rewrite_responses(_name_variation)(compressed)


def _name_variation(response: BufferedResponse) -> None:
    response.set_header(b"vary", b"Accept-Encoding")


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 8.4.1.3: the gzip coding, which the client accepts",
    read_by_wrapper(_wrap),
    slots=("coding",),
)
