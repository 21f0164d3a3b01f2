"""WRT-09: a write that cannot be right is refused."""

from collections.abc import Iterator

from conformance.answers import Answer
from conformance.checks.base import Check
from conformance.judging import observed, passed, violated
from conformance.model import Outcome, Verdict
from conformance.model.exchange import UNKNOWN_ID
from conformance.subject import Subject

_REFUSALS = range(400, 500)


def is_refused(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Judge the response to a write that no server in order carries out.

    Some servers answer 204 to the deletion of what is not there: where no 404 is documented, that is for a person to
    decide.
    """
    request = answer.exchange.request
    if not request.inert:
        return
    if answer.ok and request.inert == UNKNOWN_ID and answer.operation.response(404) is None:
        reason = f"a write is accepted though {request.inert}, and no 404 is documented"
        yield observed(answer, "WRT-09", Verdict.REVIEW, reason)
    elif answer.ok:
        message = f"a write is accepted though {request.inert}"
        yield violated(answer, "WRT-09", message, expected="4xx", actual=str(answer.status))
    elif answer.status in _REFUSALS:
        yield passed(answer, "WRT-09")


CHECKS = (Check(("WRT-09",), is_refused),)
