"""Buckets of statistics end five minutes early."""

from datetime import datetime, timedelta
from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response

_EARLY = timedelta(minutes=5)


def _end_early(response: Any) -> None:
    if isinstance(response.body, dict):
        for bucket in response.body.get("buckets", ()):
            end = datetime.fromisoformat(bucket["period_end"]) - _EARLY
            bucket["period_end"] = end.isoformat().replace("+00:00", "Z")


FAULT = SeededFault(
    ("CHG-07",),
    "a half-hourly bucket lasts 25 minutes",
    lambda site: hook_at(
        site.model.operations_by_key.get("GET /hem_systems/{hem_system_id}/energy_stats"),
        answer=on_response(_end_early, 200),
    ),
    difficulty="subtle",
)
