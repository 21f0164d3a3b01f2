"""PTH-08: a GET at the path of an action does not carry it out."""

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.subject import Subject
from conformance.evidence.urls import match_path
from conformance.model import Effect, Noticed, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested

_REFUSALS = frozenset({401, 403, 404, 405, 410, 501})


def is_action_without_reads(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is an action at whose path, however it is read, no GET is documented."""
    example = operation.path.replace("{", "").replace("}", "")
    return operation.role is Role.ACTION and not any(
        other.method == "GET" and match_path(other.path, example) is not None for other in model.operations
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the GET."""
    return (*plain_read_needs(operation, model)[:-1], Need(f"get {operation.path}", shared=False))


def _list_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the GET, which a server in disorder may take for the action: it is as grave as the action itself."""
    return () if operation.effect is Effect.NONE else (UnsafeRequest("GET", operation.path),)


def read_action(operation: Operation, subject: Subject) -> Steps[None]:
    """Send GET to the path of an action on something that exists.

    It is sent where the target allows the action alone, as nothing else shows whether a handler is bound to GET too.
    """
    call = yield from find_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PTH-08",), operation, call)
        return
    request = Request(operation.key, "GET", call.build_request().target, call.headers, identity=call.identity)
    response = yield from send(operation, request)
    actual = str(response.status)
    if response.is_success:
        message = "GET at the path of an action is treated as the action"
        yield fail_case(response, "PTH-08", message, expected="405", actual=actual)
        if operation.effect is not Effect.NONE:
            notice = f"GET may have carried out {operation.key} at {call.path}, and nothing undoes it"
            yield Noticed("cleanup", notice, operation.key)
    elif response.status in _REFUSALS:
        yield pass_case(response, "PTH-08")
    elif 400 <= response.status < 500 and response.status != 429:
        message = (
            "GET at the path of an action is judged by state or parameters (one reading: the action would be carried "
            "out otherwise. The other: the server refuses what it does not know with another status than 405)"
        )
        yield judge_case(response, "PTH-08", Verdict.REVIEW, message, expected="405", actual=actual)
    else:
        reason = f"answered {response.status or response.exchange.failure}"
        yield judge_case(response, "PTH-08", Verdict.NOT_OBSERVABLE, reason)


PROBES = (
    Probe(
        "get-of-action", ("PTH-08",), is_action_without_reads, _needs, read_action, rank=3, writes=True,
        sends=_list_requests,
    ),
)  # fmt: skip
