"""A number in the data is another than in the read."""

from typing import Any

from conformance.mock_server.faulting import Fault, anywhere


def _turn(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    data = payload["data"]
    name = next((n for n, v in data.items() if type(v) is int), None)
    return {**payload, "data": {**data, name: data[name] + 1}} if name else payload


FAULT = Fault(
    ("WHK-04",),
    "a number in `data` is one more than GET shows",
    lambda _site: anywhere(data=_turn),
    difficulty="subtle",
    changes=(),
)
