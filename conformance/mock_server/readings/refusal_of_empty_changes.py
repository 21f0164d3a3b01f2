"""A PATCH without any change, `{}`, is refused."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _refuse_empty(call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {"": ["Name at least one property."]} if call.method == "PATCH" and not body and not errors else errors


READING = AdmissibleReading(
    "refusals",
    "the description is silent on a PATCH that changes nothing",
    read_by_hooks(reject=_refuse_empty),
    slots=("empty changes",),
)
