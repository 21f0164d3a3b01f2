"""Each sample of a forecast covers two hours, and another one follows every half hour."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks

_TIMES = ("created_at", "sampled_at")


def _look_ahead(_call: Any, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
    is_made_by_itself = any(name in data for name in _TIMES)
    is_interval = is_made_by_itself and "started_at" in data and "interval_seconds" in data
    return {**data, "interval_seconds": 7200} if is_interval else data


READING = AdmissibleReading(
    "series",
    "the description does not say that a forecast ends where the next one begins; each was made at its own time",
    read_by_hooks(item=_look_ahead),
    slots=("interval_seconds",),
)
