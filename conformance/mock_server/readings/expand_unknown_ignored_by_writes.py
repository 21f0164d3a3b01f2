"""A PATCH or POST ignores the values of `expand` that it does not know."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem


def install(site: FaultSite) -> InstalledReading | None:
    """Act at the writes whose response can be expanded."""
    writes = (operation for operation in site.model.operations if not operation.is_safe)
    keys = {operation.key for operation in writes if operation.find_parameter("expand")}

    def accept_expansion(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
        return None if name == "expand" and call.operation.key in keys else problem

    return InstalledReading({"parameter": accept_expansion}) if keys else None


READING = AdmissibleReading(
    "expansion",
    "the description lists the values of expand, and not what a write does with others",
    install,
)
