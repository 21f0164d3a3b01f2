"""The data lack properties that the read shows."""

from typing import Any

from conformance.mock_server.seeded_faults import Fault, anywhere


def _drop_properties(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "data": {k: v for k, v in payload["data"].items() if k not in {"labels", "currency"}}}


FAULT = Fault(
    ("WHK-03", "WHK-04"), "`data` lacks properties", lambda _site: anywhere(data=_drop_properties), changes=()
)
