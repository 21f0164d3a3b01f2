"""Members of objects come in the reverse order."""

import json
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.json_wrappers import rewrite_json


def _reverse_members(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reverse_members(value[name]) for name in reversed(value)}
    return [_reverse_members(item) for item in value] if isinstance(value, list) else value


READING = AdmissibleReading(
    "json",
    "RFC 8259, section 4: an object is an unordered collection",
    read_by_wrapper(rewrite_json(lambda data: json.dumps(_reverse_members(data), ensure_ascii=False))),
    slots=("json", "coding"),
)
