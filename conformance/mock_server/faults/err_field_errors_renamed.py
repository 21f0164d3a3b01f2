"""Fields are named in another spelling than in the request."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem


def _rename_fields(body: dict[str, Any]) -> dict[str, Any]:
    errors = body.get("field_errors")
    return {**body, "field_errors": {k.replace("_", "") + "Field": v for k, v in errors.items()}} if errors else body


FAULT = SeededFault(
    ("ERR-04",),
    "`field_errors` names no known field",
    lambda _site: hook_everywhere(answer=on_problem(_rename_fields)),
    difficulty="subtle",
)
