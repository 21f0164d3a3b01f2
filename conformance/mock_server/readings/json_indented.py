"""JSON is indented, and ends with a line feed."""

import json

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.json_wrappers import rewrite_json

READING = AdmissibleReading(
    "json",
    "RFC 8259, section 2: whitespace is insignificant",
    read_by_wrapper(rewrite_json(lambda data: json.dumps(data, indent=2, ensure_ascii=False) + "\n")),
    slots=("json", "coding"),
)
