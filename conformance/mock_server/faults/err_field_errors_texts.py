"""The errors of a field are a string, not a list of strings."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem


def _join_texts(body: dict[str, Any]) -> dict[str, Any]:
    errors = body.get("field_errors")
    return {**body, "field_errors": {k: " ".join(v) for k, v in errors.items()}} if errors else body


FAULT = SeededFault(
    ("ERR-04",),
    "`field_errors` maps to strings",
    lambda _site: hook_everywhere(answer=on_problem(_join_texts)),
    implies=("RSP-03",),
)
