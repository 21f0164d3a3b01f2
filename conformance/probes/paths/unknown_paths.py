"""PTH-03: a path that the API does not have returns a problem document."""

from collections.abc import Iterator

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import UNPRIVILEGED
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.samples import try_ways
from conformance.tools.ulid import draw_ulid

_PROBLEM = "application/problem+json"
_NAME = "evconform-unknown"
_BELOW = 3  # lists below which an unknown path is requested


def _is_always_tested(operation: Operation, model: ResourceModel) -> bool:
    """Return True: the probe runs once for the API as a whole."""
    return True


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests with a token, and the one without."""
    with_token = Need("unknown paths", 1 + 2 * _BELOW, UNPRIVILEGED, shared=False, sampled=True)
    return (with_token, Need("unknown paths", 1, "", shared=False))


def request_unknown_paths(operation: Operation, subject: Subject) -> Steps[None]:
    """Request a path that no operation has, at the root or below a list."""
    ulid = draw_ulid(subject.make_random("unknown path"), 0)
    root = (f"/{_NAME}", subject.unprivileged)
    below = [(f"{head}/{ulid}/{_NAME}", subject.unprivileged) for head in _list_heads(subject.model)]

    def request_path(way: tuple[str, str]) -> Steps[None]:
        path, identity = way
        response = yield from send(WHOLE, Request(WHOLE.key, "GET", path, identity=identity))
        yield from _check_unknown(response, path)
        if path != root[0]:
            deeper = Request(WHOLE.key, "GET", f"{path}/{ulid}", identity=identity)
            yield from _check_unknown((yield from send(WHOLE, deeper)), deeper.target)

    yield from try_ways(below, _BELOW, subject, request_path, always=(root, (root[0], "")))


def _list_heads(model: ResourceModel) -> list[str]:
    """Return the paths of the lists that need no values, in an order that mixes their names."""
    lists = {o.path: o for o in model.operations if o.role is Role.LIST and "{" not in o.path}
    return sorted(lists, key=lambda path: (choose_turn(lists[path], 256), path))


def _check_unknown(response: OperationResponse, path: str) -> Iterator[Outcome]:
    """Check the response to a path that does not exist: a refusal by the client's fault, as a problem document."""
    if 300 <= response.status < 400 or not response.status:
        reason = f"an unknown path returns {response.status}"
        yield judge_case(response, "PTH-03", Verdict.NOT_OBSERVABLE, reason)
    elif not 400 <= response.status < 500:
        message = "a path that does not exist is not refused"
        yield fail_case(response, "PTH-03", message, expected="404", actual=f"{response.status} to {path}")
    else:
        yield from _check_problem(response)


def _check_problem(response: OperationResponse) -> Iterator[Outcome]:
    """Check that a refusal is a problem document with a title and a detail, as ERR-01 wants it of operations."""
    http_response = response.exchange.response
    media = http_response.media_type if http_response else ""
    body = response.json if isinstance(response.json, dict) else {}
    missing = [name for name in ("title", "detail") if not isinstance(body.get(name), str) or not body[name].strip()]
    if media != _PROBLEM:
        message = "an unknown path does not return a problem document"
        actual, pointer = media or "no Content-Type", "header:Content-Type"
        yield fail_case(response, "PTH-03", message, expected=_PROBLEM, actual=actual, pointer=pointer)
    elif missing and not response.unreadable_reason:
        message = f"the problem of an unknown path has no {missing[0]}"
        yield fail_case(response, "PTH-03", message, expected="words", pointer=f"/{missing[0]}")
    else:
        yield pass_case(response, "PTH-03")


PROBES = (
    Probe(
        "unknown-path", ("PTH-03",), _is_always_tested, _needs, request_unknown_paths, is_api_wide=True,
        ways=lambda _, model: len(_list_heads(model)), sample=_BELOW,
    ),
)  # fmt: skip
