"""Adaptors are compared with the native connector of the same body alone."""

import json

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _compare_body_alone(call: ServerCall, name: str, is_enforced: bool) -> bool:
    return is_enforced and (name != "other-adaptors" or "native_connector" in json.loads(call.body))


FAULT = SeededFault(
    ("RUL-05",),
    "an adaptor is the native connector that was set earlier",
    lambda site: hook_at(
        site.model.operations_by_key.get("PATCH /vehicles/{vehicle_id}/connectors"), rule=_compare_body_alone
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
