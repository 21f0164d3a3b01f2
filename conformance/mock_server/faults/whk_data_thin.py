"""The data lack properties that the read shows."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _drop_properties(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "data": {k: v for k, v in payload["data"].items() if k not in {"labels", "currency"}}}


FAULT = SeededFault(
    ("WHK-03", "WHK-04"),
    "`data` lacks properties",
    lambda _site: hook_everywhere(data=_drop_properties),
    changes=(),
    shown_by="deliveries",
)
