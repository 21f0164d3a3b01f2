"""`field_errors` also has a list for what belongs to no field."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_problem


def _add_general(body: dict[str, Any]) -> dict[str, Any]:
    errors = body.get("field_errors")
    general = {"non_field_errors": ["The body as a whole was refused."]}
    return {**body, "field_errors": {**errors, **general}} if errors else body


READING = AdmissibleReading(
    "problems",
    "the description: an object from names to lists of texts, without a list of the names",
    read_by_hooks(answer=on_problem(_add_general)),
    slots=("field errors",),
)
