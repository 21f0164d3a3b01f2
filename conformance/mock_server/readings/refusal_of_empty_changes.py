"""A PATCH without any change, `{}`, is refused where its text does not call it valid."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall

_STATED_VALID = ("_preferences", "/connectors", "/state_of_charge", "{saved_route_id}", "{region}")
"""Ends of paths where the description says that no member of a change is needed."""


def _refuse_empty(call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    is_silent = call.method == "PATCH" and not call.operation.path.endswith(_STATED_VALID)
    return {"": ["Name at least one property."]} if is_silent and not body and not errors else errors


READING = AdmissibleReading(
    "refusals",
    "the description is silent on a PATCH that changes nothing",
    read_by_hooks(reject=_refuse_empty),
    slots=("empty changes",),
)
