"""HDR-06: browsers do not send a user's credentials for pages of unknown origins."""

from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.model.exchange import UNKNOWN_ORIGIN


def check_allowed_origin(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that credentials are not allowed together with any origin, none, or one that nobody registered (HDR-06).

    Browsers refuse `*` with credentials; a server that sends both means them, and other clients may obey.
    """
    http_response = response.exchange.response
    if http_response is None:
        return
    origin = (http_response.find_header("access-control-allow-origin") or "").strip()
    credentials = (http_response.find_header("access-control-allow-credentials") or "").strip()
    sent = next((value for name, value in response.exchange.request.headers if name.lower() == "origin"), "")
    if not origin and sent != UNKNOWN_ORIGIN:
        return
    if credentials == "true" and origin in {"*", "null", UNKNOWN_ORIGIN}:
        if origin == "*":
            message = (
                "credentials are allowed beside any origin, a pair that the Fetch Standard forbids and browsers refuse"
            )
        else:
            message = "pages of any origin may read the response with a browser's credentials"
        actual = f"{quote_json(origin)} with credentials"
        pointer = "header:Access-Control-Allow-Origin"
        yield fail_case(response, "HDR-06", message, expected="no credentials", actual=actual, pointer=pointer)
    else:
        yield pass_case(response, "HDR-06")


CHECKS = (Check(("HDR-06",), check_allowed_origin),)
