"""One interval in five of a schedule begins five minutes late, and lasts five minutes less."""

from datetime import datetime, timedelta
from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response

_LATE = timedelta(minutes=5)


def _begin_late(response: Any) -> None:
    if isinstance(response.body, dict):
        for interval in response.body.get("schedules", ())[::5]:
            begin = datetime.fromisoformat(interval["started_at"]) + _LATE
            interval["started_at"] = begin.isoformat().replace("+00:00", "Z")
            interval["interval_seconds"] = 1500


FAULT = SeededFault(
    ("RUL-08",),
    "a scheduled interval that its text puts on the half hour begins at 07:05",
    lambda site: hook_at(
        site.model.operations_by_key.get("GET /charging_sub_sessions/{charging_sub_session_id}/schedules"),
        answer=on_response(_begin_late, 200),
    ),
    difficulty="subtle",
    implies=("FLT-01", "FLT-02", "FLT-03", "FLT-08", "EXP-04", "CON-01"),
)
