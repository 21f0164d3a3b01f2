"""Empty texts are refused as blank."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _refuse_empty_texts(_call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    blank = {name for name, value in body.items() if value == ""} if isinstance(body, dict) else set()
    return {**{name: ["May not be blank."] for name in blank}, **errors}


READING = AdmissibleReading(
    "writes",
    "a server refuses what it cannot store: RFC 9110, section 15.5.21",
    read_by_hooks(reject=_refuse_empty_texts),
    slots=("empty text",),
)
