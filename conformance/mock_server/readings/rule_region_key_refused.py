"""A PATCH that names the key of a record, which cannot be changed, is refused instead of leaving it alone."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _refuse_key(call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    key = call.operation.path.rpartition("/")[2].strip("{}")
    return {key: ["The key cannot be changed."]} if call.method == "PATCH" and key in body else errors


READING = AdmissibleReading(
    "rules",
    "the text says that the key cannot be changed, and not whether a request that tries is refused",
    read_by_hooks(reject=_refuse_key),
)
