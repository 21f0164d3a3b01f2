"""Judgements of the responses to generated requests, valid and invalid."""

from collections.abc import Iterator

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict
from conformance.probes.generated.places import find_requirement, find_wrong_places, has_only_known_values
from conformance.validation.requests import is_ambiguous, parse_query

_REFUSALS = {400, 404, 405, 406, 409, 410, 413, 414, 415, 422}
_UNSEEN = {0, 401, 403, 429}
_BODY_UNSEEN = {401, 403, 404}
_EXPAND = "query:expand"


def judge_response(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Judge one response by itself; both oracles decide where it surprises."""
    operation, request = response.operation, response.exchange.request
    places = find_wrong_places(request, operation, subject)
    if not places:
        yield from _judge_valid(response, subject)
    for place in places:
        requirement = find_requirement(operation, place)
        if requirement:
            yield from _judge_invalid(response, requirement, place, subject)


def _judge_invalid(response: OperationResponse, requirement: str, place: str, subject: Subject) -> Iterator[Outcome]:
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
        yield pass_case(response, requirement)
        return
    request = response.exchange.request
    if is_ambiguous(request, response.operation, place):
        return
    validity = judge_request(request, response.operation, subject.validators, subject.second_opinion).validity
    if validity is Validity.INVALID and (response.is_success or response.status >= 500):
        effect = "is accepted" if response.is_success else "makes the server fail"
        message = f"a generated request with an invalid {place} {effect}"
        expected = "400 or 422" if response.operation.is_safe else "4xx"
        is_ignored = place == _EXPAND and response.is_success  # as lightly judged as at reads (EXP-10)
        verdict = Verdict.WARN if is_ignored else Verdict.FAIL
        yield judge_case(
            response, requirement, verdict, message, expected=expected, actual=str(response.status), pointer=place
        )
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
