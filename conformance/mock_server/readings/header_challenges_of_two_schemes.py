"""The challenge of a 401 offers Basic before Bearer."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_response, replace_header

_VALUE = 'Basic realm="api", Bearer realm="api", error="invalid_token", error_description="it expired, or never was"'

READING = AdmissibleReading(
    "headers",
    "RFC 9110, section 11.6.1: a response may have more than one challenge",
    read_by_hooks(answer=on_response(replace_header("WWW-Authenticate", _VALUE), 401)),
    slots=("challenge",),
)
