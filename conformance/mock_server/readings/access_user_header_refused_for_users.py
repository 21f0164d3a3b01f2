"""The token of a user may not be sent with the header that names a user."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem, build_parameter_problem


def install(site: FaultSite) -> InstalledReading | None:
    """Refuse the header with 400, as other headers that do not fit."""
    if not any(operation.user_header for operation in site.model.operations):
        return None

    def refuse_header(call: ServerCall, user: str | None) -> str | None:
        name = call.operation.user_header
        if name and call.grant and call.grant.user and name.lower() in call.headers:
            problem: Problem = build_parameter_problem(name, "not for the token of a user.", "invalid-user")
            raise problem
        return user

    return InstalledReading({"context": refuse_header})


READING = AdmissibleReading(
    "access", "the description gives the header to client credentials, and is silent on other tokens", install
)
