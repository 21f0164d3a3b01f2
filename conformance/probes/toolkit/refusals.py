"""Requests that must be refused to every identity: who pays for them, and which responses are refusals."""

from collections.abc import Iterator

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call


def has_no_required_values(operation: Operation) -> bool:
    """Return whether a call needs no values and no user, so that any identity can make it."""
    needs_values = any(
        parameter.required and parameter.location is not Location.COOKIE for parameter in operation.parameters
    )
    return not needs_values and not operation.user_required


def refusal_needs(
    operation: Operation, model: ResourceModel, label: str, count: int = 1, always: int = 0
) -> tuple[Need, ...]:
    """Return the needs of requests that must be refused, and of the reads that find their path.

    `count` requests differ with each part of a sample; `always` more are sent with the first one alone.
    """
    key = f"{label} {operation.key}"
    path_reads = () if has_no_required_values(operation) else plain_read_needs(operation, model, ANY_READER)[:-1]
    once = (Need(f"{key} always", always, ANY_READER),) if always else ()
    return (*path_reads, *once, Need(key, count, ANY_READER, sampled=True))


def find_refusable_call(operation: Operation, subject: Subject) -> Steps[OperationCall | Missing]:
    """Return a call that is correct, for the caller to add what must be refused."""
    if has_no_required_values(operation):
        return OperationCall(operation, operation.path, identity=subject.any_reader)
    return (yield from find_call_as(subject.any_reader, operation, subject))


def find_call_as(identity: str, operation: Operation, subject: Subject) -> Steps[OperationCall | Missing]:
    """Return a call with the values that one identity sees; with those that readers see where it sees none."""
    call = yield from find_call(operation, subject, identity)
    if isinstance(call, Missing) and identity != subject.reader:
        call = yield from find_call(operation, subject, subject.reader)
    return call


def send_for_refusal(
    operation: Operation, request: Request, subject: Subject, fallback_identity: str = ""
) -> Steps[OperationResponse]:
    """Send a request; where the identity may not send it, send it as `fallback_identity` (default: a reader)."""
    response = yield from send(operation, request)
    fallback_identity = fallback_identity or subject.reader
    if response.status in {401, 403} and request.identity != fallback_identity:
        response = yield from send(operation, msgspec.structs.replace(request, identity=fallback_identity))
    return response


def check_refused(
    response: OperationResponse, requirement: str, refused_input: str, *statuses: int, sent: str = "", pointer: str = ""
) -> Iterator[Outcome]:
    """Check that a response has one of the statuses; NOT_OBSERVABLE where the identity may not send the request.

    `refused_input` says what should be refused, in the same words for all operations; `sent` what was sent this time.
    """
    if response.status in statuses:
        yield pass_case(response, requirement)
    elif response.status in {0, 401, 403}:
        reason = f"{refused_input}: " + (
            f"answered {response.status}" if response.status else response.exchange.failure
        )
        yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, reason, pointer=pointer)
    else:
        expected = " or ".join(str(status) for status in statuses) if len(statuses) < 4 else "4xx"
        actual = f"{response.status} to {sent}" if sent else str(response.status)
        message = (
            f"{refused_input} is not refused as documented"
            if response.status < 500
            else f"{refused_input} makes the server fail"
        )
        yield fail_case(response, requirement, message, expected=expected, actual=actual, pointer=pointer)


def check_accepted(
    response: OperationResponse, requirement: str, accepted_input: str, pointer: str = ""
) -> Iterator[Outcome]:
    """Check that a response is a 2xx; NOT_OBSERVABLE where the identity may not send the request."""
    if response.is_success:
        yield pass_case(response, requirement)
    elif response.status in {0, 401, 403}:
        yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, f"{accepted_input}: answered {response.status}")
    else:
        actual = str(response.status)
        yield fail_case(
            response, requirement, f"{accepted_input} is refused", expected="2xx", actual=actual, pointer=pointer
        )
