"""A number in the data differs from the read."""

from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _increase_number(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    data = payload["data"]
    name = next((n for n, v in data.items() if type(v) is int), None)
    return {**payload, "data": {**data, name: data[name] + 1}} if name else payload


FAULT = SeededFault(
    ("WHK-04",),
    "a number in `data` is one more than GET shows",
    lambda _site: hook_everywhere(data=_increase_number),
    difficulty="subtle",
    changes=(),
    shown_by="deliveries",
)
