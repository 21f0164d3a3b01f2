"""A POST creates two resources, each with its own server-assigned values."""

import json
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.duplicate_creations import create_twice, list_root_creations
from conformance.mock_server.seeded_faults import SeededFault


def _change_chosen_member(data: dict[str, Any], call: ServerCall) -> dict[str, Any]:
    sent = json.loads(call.body)
    own = (name for name, value in data.items() if type(value) is str and name not in {"id", "url", *sent})
    name = next((name for name in own if not name.endswith("_at")), "")
    return {name: f"{data[name]}-2"} if name else {}


FAULT = SeededFault(
    ("AFT-01",),
    "one POST, two new members that differ in what was not sent",
    lambda site: create_twice(site, list_root_creations(site), _change_chosen_member),
    changes=(),
)
