"""Generated requests in the profile deep: valid ones succeed, invalid ones are refused.

An invalid request counts only where both oracles call it invalid as it is on the wire. Requests that they dispute are
listed, and violate nothing.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.applicability.selectors import is_get, is_state_write
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, Outcome, Profile, Request, ResourceModel, Role, Verdict
from conformance.probes.generated.places import (
    find_possible_requirements,
    find_requirement,
    find_requirements,
    find_wrong_places,
    has_only_known_values,
    is_ambiguous,
)
from conformance.probes.generated.substitution import build_case_request, has_body_with_embedded_object
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.property_values import restore_values
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    delete_created,
    find_effect_reader,
    find_writable,
)
from conformance.validation.requests import parse_query

if TYPE_CHECKING:
    from strategies.validity import Validity

READS = ("RSP-12", "FLT-04", "PAG-06", "PAG-08", "EXP-10", "IDS-06", "VER-02", "AUT-06")
WRITES = ("WRT-06", "ERR-08")
MAX_CASES = 48  # cases of an operation; see strategies.compiled_cases
SHRINKING_RESERVE = 12  # requests kept free for making a case smaller
_REFUSALS = {400, 404, 405, 406, 409, 410, 413, 414, 415, 422}
_UNSEEN = {0, 401, 403, 429}
_BODY_UNSEEN = {401, 403, 404}


def _read_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read_needs(operation, model, READER)[:-1],
        Need(f"generated {operation.key}", MAX_CASES + SHRINKING_RESERVE, READER, shared=False),
    )


def _write_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read_needs(operation, model)[:-1],
        Need(
            f"generated {operation.key}", 2 * MAX_CASES + 3 * SHRINKING_RESERVE, shared=False
        ),  # with the requests that undo them
    )


def send_reads(operation: Operation, subject: Subject) -> Steps[None]:
    """Send every generated read, with ids of what exists."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(find_possible_requirements(operation, READS), operation, call)
        return
    yield from _send_all(call, {}, subject)
    for requirement in READS:
        yield Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, "no generated case tests this")


def send_writes(operation: Operation, subject: Subject) -> Steps[None]:
    """Send every generated body, with links to what exists; delete what it created, restore what it changed."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        yield from report_untested(WRITES, operation, write)
        return
    yield from _run_and_restore(write, _send_all(write.call, write.links, subject), subject)
    for requirement in WRITES:
        yield Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, "no generated case tests this")


def repeat_read(request: Request, operation: Operation, subject: Subject) -> Steps[None]:
    """Send one read and judge it by itself."""
    response = yield from send(operation, request)
    yield from judge_response(response, subject)


def repeat_write(request: Request, operation: Operation, subject: Subject) -> Steps[None]:
    """Send one write, judge it by itself and undo it."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Write):
        yield from _run_and_restore(write, _send_and_judge(request, write, subject), subject)


def _send_and_judge(request: Request, write: Write, subject: Subject) -> Steps[None]:
    response = yield from send(write.call.operation, request)
    yield from judge_response(response, subject)
    if write.call.operation.role is Role.CREATE:
        yield from delete_created(response, subject)


def _run_and_restore(write: Write, steps: Steps[None], subject: Subject) -> Steps[None]:
    """Run some writes and restore what they changed."""
    reader = find_effect_reader(write.call, subject) if write.call.operation.role is Role.UPDATE else None
    before = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader else None
    yield from steps
    if reader and before is not None:
        after = yield from send(reader.operation, reader.build_request(fresh=True))
        yield from restore_values(write, find_writable(write.call.operation, subject), before, after, subject)


def _send_all(call: OperationCall, known: Mapping[str, Any], subject: Subject) -> Steps[None]:
    from strategies.validity import Validity  # noqa: PLC0415 - Hypothesis is loaded only where something is generated

    operation = call.operation
    succeeded = valid = 0
    for request, validity in _distinct_requests(call, known, subject):
        response = yield from send(operation, request)
        yield from judge_response(response, subject, validity)
        if validity is Validity.VALID:
            valid += 1
            succeeded += response.status // 100 in {2, 3}
        if operation.role is Role.CREATE and response.is_success:
            yield from delete_created(response, subject)
    if valid:
        yield Noticed("generated", f"{succeeded} of {valid} valid generated requests succeeded", operation.key)


def _distinct_requests(
    call: OperationCall, known: Mapping[str, Any], subject: Subject
) -> "Iterator[tuple[Request, Validity | None]]":
    """Yield each request once, with its validity; None for those that failed before, as it is not known yet."""
    from strategies.compiled_cases import compile_cases  # noqa: PLC0415 - see _send_all

    operation = call.operation
    sent = dict.fromkeys(subject.failed_requests.get(operation.key, ()))
    yield from ((request, None) for request in sent)
    for index, case in enumerate(
        compile_cases(operation, subject.validators, subject.second_opinion, seed=subject.seed)
    ):
        request = build_case_request(case, call, known, index)
        if request not in sent and not has_body_with_embedded_object(request.body, subject.model, case.wrong):
            sent[request] = None
            yield request, case.validity


def judge_response(
    response: OperationResponse, subject: Subject, validity: "Validity | None" = None
) -> Iterator[Outcome]:
    """Judge one response by itself; both oracles decide where it surprises and `validity` is not known."""
    operation, request = response.operation, response.exchange.request
    places = find_wrong_places(request, operation, subject)
    if not places:
        yield from _judge_valid(response, subject)
    for place in places:
        requirement = find_requirement(operation, place)
        if requirement:
            yield from _judge_invalid(response, requirement, place, subject, validity)


def _judge_invalid(
    response: OperationResponse, requirement: str, place: str, subject: Subject, validity: "Validity | None"
) -> Iterator[Outcome]:
    from strategies.validity import Validity, judge_request  # noqa: PLC0415 - see _send_all

    if response.status in _UNSEEN or (place == "body" and response.status in _BODY_UNSEEN):
        yield judge_case(
            response,
            requirement,
            Verdict.NOT_OBSERVABLE,
            f"it returns {response.status} before it looks at the {place}",
        )
        return
    if response.status in _REFUSALS:
        if validity is Validity.INVALID:
            yield pass_case(response, requirement)
        return
    request = response.exchange.request
    verdict = (
        validity or judge_request(request, response.operation, subject.validators, subject.second_opinion).validity
    )
    if (
        verdict is Validity.INVALID
        and (response.is_success or response.status >= 500)
        and not is_ambiguous(response, place)
    ):
        effect = "is accepted" if response.is_success else "makes the server fail"
        message = f"a generated request with an invalid {place} {effect}"
        yield fail_case(response, requirement, message, expected="4xx", actual=str(response.status), pointer=place)
    else:
        reason = (
            f"a request with an unusual {place} returns {response.status}, and the oracles disagree whether it is valid"
        )
        yield judge_case(response, requirement, Verdict.INCONCLUSIVE, reason, pointer=place)


def _judge_valid(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a valid read succeeds; a refusal counts where the target must know every value (RSP-12)."""
    operation = response.operation
    if not operation.is_safe or response.status in _UNSEEN:
        return
    if response.status // 100 in {2, 3}:
        yield pass_case(response, "RSP-12")
        return
    pairs = parse_query(response.exchange.request.target)
    doubtful = [name for name, _ in pairs if not has_only_known_values(operation, name)]
    if response.status < 500 and not doubtful:
        from strategies.validity import Validity, judge_request  # noqa: PLC0415 - see _send_all

        request = response.exchange.request
        if judge_request(request, operation, subject.validators, subject.second_opinion).validity is Validity.VALID:
            parameters = f" with {' and '.join(sorted({name for name, _ in pairs}))}" if pairs else ""
            message = f"a valid generated request{parameters} is refused"
            yield fail_case(response, "RSP-12", message, expected="2xx", actual=str(response.status))


PROBES = (
    Probe(
        "generated-reads",
        READS,
        is_get,
        _read_needs,
        send_reads,
        Profile.DEEP,
        3,
        again=repeat_read,
        about=find_requirements,
    ),
    Probe(
        "generated-writes",
        WRITES,
        is_state_write,
        _write_needs,
        send_writes,
        Profile.DEEP,
        3,
        writes=True,
        again=repeat_write,
        about=find_requirements,
    ),
)
