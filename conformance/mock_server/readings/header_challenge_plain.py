"""The challenge of a 401 is `Bearer` alone, without realm and error."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_response, replace_header

READING = AdmissibleReading(
    "headers",
    "RFC 6750, section 3: realm and error are optional",
    read_by_hooks(answer=on_response(replace_header("WWW-Authenticate", "Bearer"), 401)),
    slots=("challenge",),
)
