"""WRT-09: a write that no server can carry out is refused."""

from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict
from conformance.model.exchange import UNKNOWN_ID

_REFUSALS = range(400, 500)


def check_inert_write(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a write that no conforming server carries out is refused (WRT-09).

    Some servers respond with 204 to the deletion of an absent resource: where no 404 is documented, that is for review.
    """
    request = response.exchange.request
    if not request.inert:
        return
    if response.is_success and request.inert == UNKNOWN_ID and response.operation.find_response(404) is None:
        reason = f"a write is accepted although {request.inert}, and no 404 is documented"
        yield judge_case(response, "WRT-09", Verdict.REVIEW, reason)
    elif response.is_success:
        message = f"a write is accepted although {request.inert}"
        yield fail_case(response, "WRT-09", message, expected="4xx", actual=str(response.status))
    elif response.status in _REFUSALS:
        yield pass_case(response, "WRT-09")


CHECKS = (Check(("WRT-09",), check_inert_write),)
