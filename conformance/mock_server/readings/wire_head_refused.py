"""HEAD is refused with 405."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem


def _refuse_head(call: ServerCall | None, check: str, problem: Problem | None) -> Problem | None:
    if check == "head" and call is not None and call.method == "HEAD":
        return Problem(405, detail="HEAD is not allowed here.", headers={"Allow": "GET"})
    return problem


READING = AdmissibleReading(
    "transport", "the description documents no HEAD", read_by_hooks(protocol=_refuse_head), slots=("head",)
)
