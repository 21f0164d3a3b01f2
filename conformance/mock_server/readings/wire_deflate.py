"""Bodies are compressed with deflate where the client accepts it."""

import zlib

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import compress_bodies

READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 8.4.1.2: the deflate coding, which the client accepts",
    read_by_wrapper(compress_bodies(b"deflate", lambda body: zlib.compress(body, 1))),
    slots=("coding",),
)
