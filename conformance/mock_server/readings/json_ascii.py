"""JSON is written in ASCII: other characters are escaped, and slashes with a backslash."""

import json

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.json_wrappers import rewrite_json

READING = AdmissibleReading(
    "json",
    "RFC 8259, section 7: any character may be escaped, a solidus as \\/",
    read_by_wrapper(rewrite_json(lambda data: json.dumps(data).replace("/", "\\/"))),
    slots=("json", "coding"),
)
