"""A body of another media type is refused with 415, where only 400 is documented too."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem


def _choose_415(_call: ServerCall, problem: Problem | None) -> Problem | None:
    if problem is not None and problem.slug == "unsupported-media-type":
        return Problem(415, problem.slug, problem.detail)
    return problem


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, section 15.5.16: the status for a media type that the target does not support",
    read_by_hooks(unreadable=_choose_415),
    slots=("media type of bodies",),
)
