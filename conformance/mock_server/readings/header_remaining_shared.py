"""`X-RateLimit-Remaining` counts the requests of all identities together."""

from itertools import count
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.rate_limit import Allowance


def install(_site: FaultSite) -> InstalledReading:
    """Count every request; an application with a smaller limit keeps an allowance of its own."""
    counter = count(1)
    largest = 0

    def share_allowance(_call: Any, allowance: Allowance) -> Allowance:
        nonlocal largest
        largest = max(largest, allowance.limit)
        if allowance.limit < largest or allowance.retry_after:
            return allowance
        return Allowance(allowance.limit, max(0, allowance.limit - next(counter)), 0)

    return InstalledReading({"limit": share_allowance})


READING = AdmissibleReading(
    "headers",
    "the documentation counts for each pair of application and user, and does not say which tokens are one application",
    install,
    slots=("rate counter",),
)
