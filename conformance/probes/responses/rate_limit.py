"""LIM-02 and LIM-03: a spent rate limit gives 429, with a true `Retry-After`.

They are tested only with an identity that may be exhausted.
"""

from conformance.applicability.selectors import is_any_operation
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import WHOLE, Need, Pause, Probe, Steps, send
from conformance.tools.counts import parse_count

LIMITED_IDENTITY = "limited"  # an identity with a small rate limit of its own, which nothing else uses
_MAX_REQUESTS = 60
_MAX_WAIT_S = 5  # of a Retry-After that a run waits for
_SLACK_S = 1  # beside it, for a server that rounds down
_HOUR_S = 3600
_BOTH = ("LIM-02", "LIM-03")
_PROBLEM = "application/problem+json"
_RETRY_AFTER = "header:Retry-After"
_REMAINING = "X-RateLimit-Remaining"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests that exhaust the rate limit, and one after the wait."""
    return (Need("exhaust the rate limit", _MAX_REQUESTS + 1, LIMITED_IDENTITY, shared=False),)


def exhaust_rate_limit(operation: Operation, subject: Subject) -> Steps[None]:
    """Send requests until 429, where fewer than `_MAX_REQUESTS` are left."""
    reader = next((o for o in subject.model.operations if _is_plain_list(o)), None)
    if reader is None:
        for requirement in _BOTH:
            yield skip_case(requirement, WHOLE.key, Verdict.NOT_OBSERVABLE, "no list can be read without parameters")
        return
    request = Request(reader.key, "GET", reader.path, identity=LIMITED_IDENTITY, fresh=True, expects_limit=True)
    response = yield from send(WHOLE, request)
    remaining = _read_remaining(response)
    if remaining is None or remaining >= _MAX_REQUESTS:
        count = "an unknown number of" if remaining is None else remaining
        reason = f"{count} requests are left, and at most {_MAX_REQUESTS - 1} may be spent"
        for requirement in _BOTH:
            yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    for _ in range(remaining + 1):
        if response.status == 429:
            break
        response = yield from send(WHOLE, request)
    yield from _judge_response(response, remaining)
    yield from _check_wait(response, request)


def _is_plain_list(operation: Operation) -> bool:
    """Return whether the operation lists resources without any parameter."""
    needs_values = any(parameter.required for parameter in operation.parameters) or operation.user_required
    return operation.role is Role.LIST and operation.is_secured and "{" not in operation.path and not needs_values


def _read_remaining(response: OperationResponse) -> int | None:
    """Return how many requests the rate limit headers leave; None where they do not say."""
    http_response = response.exchange.response
    if response.status == 429:
        return 0
    text = (http_response.find_header(_REMAINING) if http_response else None) or ""
    return parse_count(text)


def _judge_response(response: OperationResponse, remaining: int) -> Steps[None]:
    """Judge the response to the request after the last one of the rate limit."""
    http_response = response.exchange.response
    if http_response is not None and http_response.find_header("age") is not None:
        reason = "a cache answered, which spends no request of the rate limit"  # RFC 9111, section 5.1
        yield judge_case(response, "LIM-02", Verdict.NOT_OBSERVABLE, reason)
        return
    if response.status != 429 or http_response is None:
        message = f"the {remaining} remaining requests are used up, and the next one is not refused"
        yield fail_case(response, "LIM-02", message, expected="429", actual=str(response.status))
        return
    retry_after = http_response.find_header("retry-after")
    if _read_wait(response) is None:
        message = "Retry-After is not a number of seconds"
        actual = "absent" if retry_after is None else quote_json(retry_after)
        yield fail_case(
            response, "LIM-02", message, expected="an integer", actual=actual, pointer=_RETRY_AFTER
        )  # fmt: skip
    if http_response.media_type != _PROBLEM:
        yield fail_case(
            response,
            "LIM-02",
            "the 429 response is not a problem document",
            expected=_PROBLEM,
            actual=http_response.media_type,
        )
    yield pass_case(response, "LIM-02")


def _read_wait(response: OperationResponse) -> int | None:
    """Return the seconds of `Retry-After`; None where it has no number of them."""
    http_response = response.exchange.response
    text = ((http_response.find_header("retry-after") if http_response else None) or "").strip()
    return parse_count(text)


def _check_wait(refused: OperationResponse, request: Request) -> Steps[None]:
    """Check that `Retry-After` of a 429 is within the hour and, where it is short, that a request after it passes."""
    wait_s = _read_wait(refused) if refused.status == 429 else None
    if wait_s is None:
        yield judge_case(refused, "LIM-03", Verdict.NOT_OBSERVABLE, "no 429 with a number of seconds is seen")
    elif wait_s > _HOUR_S:
        message, expected = "Retry-After is longer than the hour of the rate limit", f"at most {_HOUR_S}"
        yield fail_case(refused, "LIM-03", message, expected=expected, actual=str(wait_s), pointer=_RETRY_AFTER)
    elif wait_s > _MAX_WAIT_S:
        reason = f"Retry-After is {wait_s} seconds, and a run waits for {_MAX_WAIT_S} at most"
        yield judge_case(refused, "LIM-03", Verdict.NOT_OBSERVABLE, reason)
    else:
        yield Pause(wait_s + _SLACK_S)
        later = yield from send(WHOLE, request)
        if later.status == 429:
            message, actual = f"a request {wait_s} seconds later, as Retry-After says, is refused again", "429"
            yield fail_case(later, "LIM-03", message, expected="not 429", actual=actual, also=(refused,))
        elif later.is_success:
            yield pass_case(later, "LIM-03")
        else:
            reason = f"a request after the wait returns {later.status}"
            yield judge_case(later, "LIM-03", Verdict.NOT_OBSERVABLE, reason, also=(refused,))


PROBES = (
    Probe(
        "rate-limit", _BOTH, is_any_operation, _needs, exhaust_rate_limit,
        rank=2, identities=(LIMITED_IDENTITY,), is_api_wide=True,
    ),
)  # fmt: skip
