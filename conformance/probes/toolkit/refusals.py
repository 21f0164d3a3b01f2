"""Requests that must be refused to every identity: who pays for them, and which responses are refusals."""

from collections.abc import Iterator

import msgspec

from conformance.evidence.outcomes import observed, passed, violated
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import IDLE, SPARE, Need, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, call_of


def loose(operation: Operation) -> bool:
    """Return whether a call needs no values and no user, so that any identity can make it."""
    needs_values = any(
        parameter.required and parameter.location is not Location.COOKIE for parameter in operation.parameters
    )
    return not needs_values and not operation.user_required


def refusal_needs(operation: Operation, model: ResourceModel, what: str, count: int = 1) -> tuple[Need, ...]:
    """Return the needs of requests that must be refused, and of the reads that find their path."""
    key = f"{what} {operation.key}"
    if loose(operation):
        return (Need(key, count, IDLE),)
    return (*plain_read(operation, model, SPARE)[:-1], Need(key, count, SPARE))


def call_to_refuse(operation: Operation, subject: Subject) -> Steps[Call | Missing]:
    """Return a call that is correct, for the caller to add what must be refused."""
    if loose(operation):
        return Call(operation, operation.path, identity=subject.idle)
    return (yield from call_of(operation, subject, subject.spare))


def call_by(identity: str, operation: Operation, subject: Subject) -> Steps[Call | Missing]:
    """Return a call with the values that one identity sees; with those that readers see where it sees none."""
    call = yield from call_of(operation, subject, identity)
    if isinstance(call, Missing) and identity != subject.spare:
        call = yield from call_of(operation, subject, subject.spare)
    return call


def ask_for_refusal(operation: Operation, request: Request, subject: Subject, instead: str = "") -> Steps[Answer]:
    """Send a request, and send it again as `instead` (a reader by default) where the identity may not send it."""
    response = yield from ask(operation, request)
    instead = instead or subject.spare
    if response.status in {401, 403} and request.identity != instead:
        response = yield from ask(operation, msgspec.structs.replace(request, identity=instead))
    return response


def refused(
    answer: Answer, requirement: str, what: str, *statuses: int, sent: str = "", pointer: str = ""
) -> Iterator[Outcome]:
    """Check that a response has one of the statuses; NOT_OBSERVABLE where the identity may not send the request.

    `what` says what should be refused, in the same words for all operations; `sent` what was sent this time.
    """
    if answer.status in statuses:
        yield passed(answer, requirement)
    elif answer.status in {0, 401, 403}:
        reason = f"{what}: " + (f"answered {answer.status}" if answer.status else answer.exchange.failure)
        yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, reason, pointer=pointer)
    else:
        expected = " or ".join(str(status) for status in statuses) if len(statuses) < 4 else "4xx"
        actual = f"{answer.status} to {sent}" if sent else str(answer.status)
        message = f"{what} is not refused as documented" if answer.status < 500 else f"{what} makes the server fail"
        yield violated(answer, requirement, message, expected=expected, actual=actual, pointer=pointer)


def accepted(answer: Answer, requirement: str, what: str, pointer: str = "") -> Iterator[Outcome]:
    """Check that a response is a 2xx; NOT_OBSERVABLE where the identity may not send the request."""
    if answer.ok:
        yield passed(answer, requirement)
    elif answer.status in {0, 401, 403}:
        yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, f"{what}: answered {answer.status}")
    else:
        actual = str(answer.status)
        yield violated(answer, requirement, f"{what} is refused", expected="2xx", actual=actual, pointer=pointer)
