"""An empty change of the notification preferences is refused."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _refuse_empty(_call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {"": ["Name at least one property."]} if not body and not errors else errors


FAULT = SeededFault(
    ("RUL-04",),
    "`{}` gives 400 where it is documented as valid",
    lambda site: hook_at(
        site.model.operations_by_key.get("PATCH /users/{user_id}/notification_preferences"), reject=_refuse_empty
    ),
    changes=("status", "headers", "body"),
)
