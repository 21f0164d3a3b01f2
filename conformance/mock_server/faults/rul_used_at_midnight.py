"""A default of now is the beginning of the day."""

from typing import Any

from conformance.mock_server.clock import DAY, Clock, format_time
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _set_last_use(_call: Any, _record: Any, changes: dict[str, Any]) -> dict[str, Any]:
    midnight = format_time(Clock().now() // DAY * DAY)
    return {**changes, "last_used_at": changes.get("last_used_at") or midnight}


FAULT = SeededFault(
    ("RUL-05",),
    "a route that is saved without a time of last use was last used at midnight",
    lambda site: hook_at(site.model.operations_by_key.get("POST /users/{user_id}/saved_routes"), apply=_set_last_use),
    difficulty="subtle",
    shown_by="rules",
)
