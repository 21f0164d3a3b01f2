"""JSON has an escape before each slash."""

import json

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.json_wrappers import rewrite_json

READING = AdmissibleReading(
    "json",
    "RFC 8259, section 7: a slash may be escaped",
    read_by_wrapper(rewrite_json(lambda data: json.dumps(data, ensure_ascii=False).replace("/", "\\/"))),
    slots=("json", "coding"),
)
