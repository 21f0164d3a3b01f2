"""An ended sub-session has no end time."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _clear_end(event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "data": {**payload["data"], "end": None}} if event.endswith(".ended") else payload


FAULT = SeededFault(
    ("WHK-06", "WHK-04"),
    "`end` is null in an ended event",
    lambda _site: hook_everywhere(data=_clear_end),
    difficulty="subtle",
    changes=(),
    shown_by="deliveries",
)
