"""A token that is not valid is refused with 401, where none is needed too."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem


def _refuse_bad_token(call: ServerCall, problem: Problem | None) -> Problem | None:
    if problem is None and call.grant is None and "authorization" in call.headers:
        challenge = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
        return Problem(401, detail="The access token is not valid.", headers=challenge)
    return problem


READING = AdmissibleReading(
    "access",
    "RFC 6750, section 3.1: a request with an invalid token; the description is silent where no token is needed",
    read_by_hooks(admit=_refuse_bad_token),
)
