"""An operation that names no scope is refused to a token without any."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem


def install(site: FaultSite) -> InstalledReading | None:
    """Act where a token is needed and no scope named."""
    keys = {operation.key for operation in site.model.operations if operation.is_secured and not operation.scopes}

    def refuse_without_scope(call: ServerCall, problem: Problem | None) -> Problem | None:
        if problem is None and call.operation.key in keys and call.grant is not None and not call.grant.scopes:
            return Problem(403, detail="The token has no scope.")
        return problem

    return InstalledReading({"admit": refuse_without_scope}) if keys else None


READING = AdmissibleReading(
    "access",
    "other operations name their scope, these none: any token, or one of use (lint: scope-missing)",
    install,
    slots=("scope where none is named",),
)
