"""The allowance fills up again bit by bit, as that of a token bucket."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.rate_limit import Allowance

_EVERY, _FILLED = 12, 5  # after so many requests, so many are given back


def install(_site: FaultSite) -> InstalledReading:
    """Give requests back, but not to an application with a small limit."""
    sent = 0

    def refill_allowance(_call: Any, allowance: Allowance) -> Allowance:
        nonlocal sent
        sent += 1
        if allowance.retry_after or allowance.limit < 100:
            return allowance
        given_back = sent // _EVERY * _FILLED
        return Allowance(allowance.limit, min(allowance.limit - 1, allowance.remaining + given_back), 0)

    return InstalledReading({"limit": refill_allowance})


READING = AdmissibleReading(
    "headers",
    "the documentation: a rolling hour, so that earlier requests leave it while new ones are counted",
    install,
    slots=("rate counter",),
)
