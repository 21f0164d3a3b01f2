"""The time in the envelope is a day early."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _age_timestamp(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "timestamp": clock.format_time((clock.parse_time(payload["timestamp"]) or 0) - clock.DAY)}


FAULT = SeededFault(
    ("WHK-06",),
    "`timestamp` is a day before the event",
    lambda _site: hook_everywhere(data=_age_timestamp),
    changes=(),
    shown_by="deliveries",
)
