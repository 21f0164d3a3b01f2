"""The time in the envelope is a day early."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import Fault, anywhere


def _age_timestamp(_event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "timestamp": clock.render((clock.parse(payload["timestamp"]) or 0) - clock.DAY)}


FAULT = Fault(
    ("WHK-06",), "`timestamp` is a day before the event", lambda _site: anywhere(data=_age_timestamp), changes=()
)
