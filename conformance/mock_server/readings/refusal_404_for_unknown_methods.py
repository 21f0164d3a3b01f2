"""A method that a path does not have is refused with 404, as an unknown path is."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.problems import Problem, build_not_found


def _hide_method(_call: None, check: str, problem: Problem | None) -> Problem | None:
    return build_not_found() if check == "method" else problem


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, section 9.1: 405 is recommended, not required, for a method that the resource does not allow",
    read_by_hooks(protocol=_hide_method),
    slots=("unknown methods",),
)
