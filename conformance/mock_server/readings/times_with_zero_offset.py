"""Times are written with the offset +00:00 instead of Z."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_value, read_by_hooks

_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _write_offset(value: Any) -> Any:
    return value[:-1] + "+00:00" if isinstance(value, str) and _UTC_TIME.fullmatch(value) else value


READING = AdmissibleReading(
    "values",
    "RFC 3339, section 4.3: +00:00 and Z are the same time in UTC",
    read_by_hooks(**on_every_value(_write_offset)),
    slots=("time format",),
)
