"""An operation that does not take the version header ignores it."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem
from conformance.model import Location


def install(site: FaultSite) -> InstalledReading | None:
    """Act where the header is no documented parameter."""
    name = site.model.version_header
    keys = {o.key for o in site.model.operations if name and o.find_parameter(name, Location.HEADER) is None}

    def ignore_version(call: ServerCall | None, check: str, problem: Problem | None) -> Problem | None:
        return None if check == "version" and call is not None and call.operation.key in keys else problem

    return InstalledReading({"protocol": ignore_version}) if keys else None


READING = AdmissibleReading(
    "versions",
    "the documentation has the header everywhere, these operations do not take it (lint: version-missing)",
    install,
)
