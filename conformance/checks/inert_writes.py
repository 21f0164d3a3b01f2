"""WRT-09: a write that no server can carry out is refused."""

from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import observed, passed, violated
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict
from conformance.model.exchange import UNKNOWN_ID

_REFUSALS = range(400, 500)


def is_refused(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that a write that no conforming server carries out is refused (WRT-09).

    Some servers respond with 204 to the deletion of an absent resource: where no 404 is documented, that is for review.
    """
    request = answer.exchange.request
    if not request.inert:
        return
    if answer.ok and request.inert == UNKNOWN_ID and answer.operation.response(404) is None:
        reason = f"a write is accepted although {request.inert}, and no 404 is documented"
        yield observed(answer, "WRT-09", Verdict.REVIEW, reason)
    elif answer.ok:
        message = f"a write is accepted although {request.inert}"
        yield violated(answer, "WRT-09", message, expected="4xx", actual=str(answer.status))
    elif answer.status in _REFUSALS:
        yield passed(answer, "WRT-09")


CHECKS = (Check(("WRT-09",), is_refused),)
