"""Other clients of the application use the allowance too, and their earlier requests leave the rolling hour."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.rate_limit import Allowance

_USED_BY_OTHERS = (40, 43, 41, 47, 38, 38, 35, 44)  # requests of others in the last hour, in turn


def install(_site: FaultSite) -> InstalledReading:
    """Take what others used off what remains; an application with a small limit has no other clients."""
    turn = 0

    def use_allowance(_call: Any, allowance: Allowance) -> Allowance:
        nonlocal turn
        turn += 1
        used = _USED_BY_OTHERS[turn // 5 % len(_USED_BY_OTHERS)]
        if allowance.retry_after or allowance.limit < 100:
            return allowance
        return Allowance(allowance.limit, max(0, allowance.remaining - used), 0)

    return InstalledReading({"limit": use_allowance})


READING = AdmissibleReading(
    "headers",
    "the documentation: a rolling hour for the pair of application and user, whoever sends with it",
    install,
    slots=("rate counter",),
)
