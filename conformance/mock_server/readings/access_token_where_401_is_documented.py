"""An operation that needs no token, yet documents 401, needs one."""

from conformance.mock_server.access_rules import require_token
from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading | None:
    """Act where 401 is documented without need."""
    return require_token(
        {
            operation.key
            for operation in site.model.operations
            if not operation.is_secured and any(response.status == "401" for response in operation.responses)
        }
    )


READING = AdmissibleReading(
    "access",
    "no security and a documented 401 contradict each other (lint: error-unneeded)",
    install,
    slots=("public operations",),
)
