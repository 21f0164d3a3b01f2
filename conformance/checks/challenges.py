"""AUT-08: a 401 says how to authenticate."""

import re
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

_BEARER = re.compile(r"(?:^|,)\s*bearer(?:\s|,|$)", re.IGNORECASE)


def check_challenge(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a 401 of a secured operation has a challenge of the scheme Bearer (AUT-08).

    Further challenges may stand beside it, in one header or in several.
    """
    http_response = response.exchange.response
    if http_response is None or response.status != 401 or not response.operation.is_secured:
        return
    challenges = [value for name, value in http_response.headers if name.lower() == "www-authenticate"]
    if any(_BEARER.search(challenge) for challenge in challenges):
        yield pass_case(response, "AUT-08")
        return
    message = "a 401 names no challenge of the scheme Bearer" if challenges else "a 401 has no WWW-Authenticate"
    actual = quote_json(challenges) if challenges else "absent"
    pointer = "header:WWW-Authenticate"
    yield fail_case(response, "AUT-08", message, expected="Bearer …", actual=actual, pointer=pointer)


CHECKS = (Check(("AUT-08",), check_challenge),)
