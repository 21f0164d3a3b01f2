"""Notification groups that a change does not name are switched off."""

from typing import Any

import msgspec

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _reset_others(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    sent = msgspec.json.decode(call.body).get("groups", {})
    groups = changes.get("groups")
    if not sent or not isinstance(groups, dict):
        return changes
    return {**changes, "groups": {name: value if name in sent else False for name, value in groups.items()}}


FAULT = SeededFault(
    ("RUL-05",),
    "one group is switched, and all others are off",
    lambda site: hook_at(
        site.model.operations_by_key.get("PATCH /users/{user_id}/notification_preferences"), apply=_reset_others
    ),
    difficulty="subtle",
    implies=("WRT-02",),
    shown_by="rules",
)
