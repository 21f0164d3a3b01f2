"""LIM-02: a spent allowance is answered by 429. Only with an identity that is there to be exhausted."""

from conformance.answers import Answer
from conformance.judging import observed, passed, quote, violated, without
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.base import WHOLE, Need, Probe, Steps, ask
from conformance.subject import Subject

LIMITED = "limited"  # an identity with an allowance of its own, small and of use to nobody else
_MOST = 60
_PROBLEM = "application/problem+json"
_REMAINING = "X-RateLimit-Remaining"


def _always(operation: Operation, model: ResourceModel) -> bool:
    return True


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need("spend the allowance", _MOST, LIMITED, shared=False),)


def spent(operation: Operation, subject: Subject) -> Steps[None]:
    """Ask until 429, where so little is left that this takes no more than a minute's worth of requests."""
    reader = next((o for o in subject.model.operations if _plain_list(o)), None)
    if reader is None:
        yield without("LIM-02", WHOLE.key, Verdict.NOT_OBSERVABLE, "no list can be read without parameters")
        return
    request = Request(reader.key, "GET", reader.path, identity=LIMITED, fresh=True, expects_limit=True)
    answer = yield from ask(WHOLE, request)
    left = _left(answer)
    if left is None or left >= _MOST:
        reason = f"{left if left is not None else 'an unknown number of'} requests are left, too many to spend"
        yield observed(answer, "LIM-02", Verdict.NOT_OBSERVABLE, reason)
        return
    for _ in range(left + 1):
        if answer.status == 429:
            break
        answer = yield from ask(WHOLE, request)
    yield from _judged(answer, left)


def _plain_list(operation: Operation) -> bool:
    required = any(each.required for each in operation.parameters) or operation.user_required
    return operation.role is Role.LIST and operation.secured and "{" not in operation.path and not required


def _left(answer: Answer) -> int | None:
    response = answer.exchange.response
    if answer.status == 429:
        return 0
    text = (response.header(_REMAINING) if response else None) or ""
    return int(text) if text.isascii() and text.isdigit() else None


def _judged(answer: Answer, left: int) -> Steps[None]:
    response = answer.exchange.response
    if answer.status != 429 or response is None:
        message = f"the {left} requests that were left are spent, and the next one is answered"
        yield violated(answer, "LIM-02", message, expected="429", actual=str(answer.status))
        return
    wait = response.header("retry-after")
    if wait is None or not wait.isascii() or not wait.strip().isdigit():
        message = "Retry-After is no number of seconds"
        actual = "absent" if wait is None else quote(wait)
        yield violated(
            answer, "LIM-02", message, expected="an integer", actual=actual, pointer="header:Retry-After"
        )  # fmt: skip
    if response.media_type != _PROBLEM:
        yield violated(answer, "LIM-02", "429 is no problem document", expected=_PROBLEM, actual=response.media_type)
    yield passed(answer, "LIM-02")


PROBES = (
    Probe(
        "allowance", ("LIM-02",), _always, _needs, spent,
        rank=2, identities=(LIMITED,), whole=True,
    ),
)  # fmt: skip
