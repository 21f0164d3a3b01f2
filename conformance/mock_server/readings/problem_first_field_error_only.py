"""A refused body names the first wrong field only."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _keep_first(_call: ServerCall, _body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: errors[name] for name in sorted(errors)[:1]}


READING = AdmissibleReading(
    "problems",
    "the description is silent on how many errors a refusal lists",
    read_by_hooks(reject=_keep_first),
    slots=("field errors",),
)
