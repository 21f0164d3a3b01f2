"""A client that accepts no type on offer gets 406, where it is not documented too."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.negotiation import choose_media_type
from conformance.mock_server.problems import Problem


def _check_accept(call: ServerCall | None, check: str, problem: Problem | None) -> Problem | None:
    if check != "accept" or call is None or problem is not None:
        return problem
    offered = [
        media.type
        for response in call.operation.responses
        if response.status.startswith("2")
        for media in response.media
    ]
    if offered and choose_media_type(call.headers.get("accept", ""), offered) is None:
        return Problem(406, detail="No type here is accepted.")
    return None


READING = AdmissibleReading(
    "refusals",
    "RFC 9110, section 15.5.7; some operations document no 406 (lint: error-undocumented)",
    read_by_hooks(protocol=_check_accept),
    slots=("accept",),
)
