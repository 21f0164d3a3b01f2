"""An ended sub-session has no end time."""

from typing import Any

from conformance.mock_server.seeded_faults import Fault, anywhere


def _clear_end(event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "data": {**payload["data"], "end": None}} if event.endswith(".ended") else payload


FAULT = Fault(
    ("WHK-06", "WHK-04"),
    "`end` is null in an ended event",
    lambda _site: anywhere(data=_clear_end),
    difficulty="subtle",
    changes=(),
)
