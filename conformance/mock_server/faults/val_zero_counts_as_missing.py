"""A number of 0 in an object counts as missing."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _miss_zero(_call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    members = body.items() if isinstance(body, dict) else ()
    missing = [
        name
        for name, value in members
        if isinstance(value, dict) and any(number == 0 and not isinstance(number, bool) for number in value.values())
    ]
    return errors | {name: ["This is required."] for name in missing}


FAULT = SeededFault(
    ("VAL-06",),
    "a point on the equator or on the meridian of Greenwich gives 400",
    lambda site: hook_at(site.body_writes(Role.CREATE, Role.UPDATE), reject=_miss_zero),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
