"""Requests that must be refused whoever asks: who pays for them, and what counts as a refusal."""

from collections.abc import Iterator

import msgspec

from conformance.answers import Answer
from conformance.judging import observed, passed, violated
from conformance.model import Location, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, call_of
from conformance.probes.base import IDLE, SPARE, Need, Steps, ask
from conformance.probes.reading import plain_read
from conformance.subject import Subject


def loose(operation: Operation) -> bool:
    """Whether a call needs nothing of the target: then anybody can make it."""
    needed = any(each.required and each.location is not Location.COOKIE for each in operation.parameters)
    return not needed and not operation.user_required


def refusal_needs(operation: Operation, model: ResourceModel, what: str, count: int = 1) -> tuple[Need, ...]:
    """The needs of some requests that must be refused, and of the reads that give them a path."""
    key = f"{what} {operation.key}"
    if loose(operation):
        return (Need(key, count, IDLE),)
    return (*plain_read(operation, model, SPARE)[:-1], Need(key, count, SPARE))


def call_to_refuse(operation: Operation, subject: Subject) -> Steps[Call | Missing]:
    """A call that is in order but for what is going to be added."""
    if loose(operation):
        return Call(operation, operation.path, identity=subject.idle)
    return (yield from call_of(operation, subject, subject.spare))


def call_by(identity: str, operation: Operation, subject: Subject) -> Steps[Call | Missing]:
    """A call for which the data of one person will do; where that person has none, everybody's."""
    call = yield from call_of(operation, subject, identity)
    if isinstance(call, Missing) and identity != subject.spare:
        call = yield from call_of(operation, subject, subject.spare)
    return call


def ask_for_refusal(operation: Operation, request: Request, subject: Subject, instead: str = "") -> Steps[Answer]:
    """Ask; once more as who may do it (who may read, if not told otherwise), where the asker may not ask at all."""
    answer = yield from ask(operation, request)
    instead = instead or subject.spare
    if answer.status in {401, 403} and request.identity != instead:
        answer = yield from ask(operation, msgspec.structs.replace(request, identity=instead))
    return answer


def refused(
    answer: Answer, requirement: str, what: str, *statuses: int, sent: str = "", pointer: str = ""
) -> Iterator[Outcome]:
    """The answer has one of the statuses; where the identity may not ask, that cannot be seen.

    `what` says what should be refused, alike for all operations; `sent` what was sent this time.
    """
    if answer.status in statuses:
        yield passed(answer, requirement)
    elif answer.status in {0, 401, 403}:
        reason = f"{what}: " + (f"answered {answer.status}" if answer.status else answer.exchange.failure)
        yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, reason, pointer=pointer)
    else:
        expected = " or ".join(str(each) for each in statuses) if len(statuses) < 4 else "4xx"
        actual = f"{answer.status} to {sent}" if sent else str(answer.status)
        message = f"{what} is not refused as documented" if answer.status < 500 else f"{what} makes the server fail"
        yield violated(answer, requirement, message, expected=expected, actual=actual, pointer=pointer)


def accepted(answer: Answer, requirement: str, what: str, pointer: str = "") -> Iterator[Outcome]:
    """The answer is a 2xx; where the identity may not ask, that cannot be seen."""
    if answer.ok:
        yield passed(answer, requirement)
    elif answer.status in {0, 401, 403}:
        yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, f"{what}: answered {answer.status}")
    else:
        actual = str(answer.status)
        yield violated(answer, requirement, f"{what} is refused", expected="2xx", actual=actual, pointer=pointer)
