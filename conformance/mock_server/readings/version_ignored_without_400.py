"""An operation that documents no 400 ignores a version that it does not know."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem


def install(site: FaultSite) -> InstalledReading | None:
    """Act where 400 is not documented."""
    keys = {operation.key for operation in site.model.operations if operation.find_response(400) is None}

    def ignore_version(call: ServerCall | None, check: str, problem: Problem | None) -> Problem | None:
        return None if check == "version" and call is not None and call.operation.key in keys else problem

    return InstalledReading({"protocol": ignore_version}) if keys else None


READING = AdmissibleReading(
    "versions",
    "the documentation has 400 for an unknown version, these operations document none (lint: error-undocumented)",
    install,
)
