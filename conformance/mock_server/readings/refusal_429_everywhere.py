"""The rate limit is kept at operations that document no 429 too."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem
from conformance.mock_server.rate_limit import Allowance


def _refuse_over_limit(call: ServerCall, allowance: Allowance) -> Allowance:
    if allowance.retry_after and call.operation.find_response(429) is None:
        headers = {
            "X-RateLimit-Limit": str(allowance.limit),
            "X-RateLimit-Remaining": "0",
            "Retry-After": str(allowance.retry_after),
        }
        raise Problem(429, "rate-limit-exceeded", "Request was rate limited.", headers=headers)
    return allowance


def install(site: FaultSite) -> InstalledReading | None:
    """Act where 429 is not documented."""
    has_place = any(operation.find_response(429) is None for operation in site.model.operations)
    return InstalledReading({"limit": _refuse_over_limit}) if has_place else None


READING = AdmissibleReading(
    "refusals",
    "the documentation limits every request, some operations document no 429 (lint: error-undocumented)",
    install,
    slots=("rate counter",),
)
