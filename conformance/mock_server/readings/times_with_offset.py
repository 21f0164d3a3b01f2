"""Times are written with the offset +02:00 instead of Z."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_value, read_by_hooks

_ZONE = timezone(timedelta(hours=2))
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _shift_time(value: Any) -> Any:
    if not isinstance(value, str) or not _UTC_TIME.fullmatch(value):
        return value
    return datetime.fromisoformat(value).astimezone(_ZONE).isoformat()


READING = AdmissibleReading(
    "values",
    "RFC 3339, section 5.6: a date-time has any offset; the description says date-time only",
    read_by_hooks(**on_every_value(_shift_time)),
    slots=("time format",),
)
