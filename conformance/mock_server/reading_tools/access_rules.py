"""Rules of access that differ at some operations, for readings."""

from collections.abc import Collection

from conformance.mock_server.admissible_readings import InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem


def require_token(keys: Collection[str]) -> InstalledReading | None:
    """Return a reading by which the operations with these keys need a token; None where there is none."""

    def refuse(call: ServerCall, problem: Problem | None) -> Problem | None:
        if problem is None and call.operation.key in keys and call.grant is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="api"'}
            return Problem(401, detail="Send an access token.", headers=challenge)
        return problem

    return InstalledReading({"admit": refuse}) if keys else None
