"""The two forms of the user header, for readings."""

from collections.abc import Callable

from conformance.mock_server.admissible_readings import InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import Problem, build_parameter_problem


def accept_form(site: FaultSite, is_accepted: Callable[[str], bool]) -> InstalledReading | None:
    """Return a reading by which user headers of another form are refused; None where there is no such header."""
    if not any(operation.user_header for operation in site.model.operations):
        return None

    def check(call: ServerCall, user: str | None) -> str | None:
        name = call.operation.user_header
        text = call.headers.get(name.lower(), "").strip() if name else ""
        if text and not is_accepted(text):
            problem: Problem = build_parameter_problem(name, "not the form of a user here.", "invalid-user")
            raise problem
        return user

    return InstalledReading({"context": check})
