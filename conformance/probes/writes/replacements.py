"""ERR-06: PUT is refused at a resource that only PATCH is documented for."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.model.exchange import WRONG_BODY
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import make_wrong_body

_JUDGED_BODY = frozenset({400, 422})  # statuses of a server that has taken the method, and judged the body
_OTHER_METHOD = "REPORT"  # of WebDAV, where it only reads (RFC 3253, section 3.6); no API has it by accident


def is_update_without_put(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a PATCH with a body at a path for which no PUT is documented."""
    methods = {other.method for other in model.operations if other.path == operation.path}
    return (
        operation.role is Role.UPDATE
        and operation.method == "PATCH"
        and operation.body is not None
        and "PUT" not in methods
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the PUT."""
    return (*plain_read_needs(operation, model)[:-1], Need(f"put {operation.path}", shared=False))


def _list_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the PUT, and the request that shows whether bodies are read before methods are known."""
    return (UnsafeRequest("PUT", operation.path), UnsafeRequest(_OTHER_METHOD, operation.path))


def send_put(operation: Operation, subject: Subject) -> Steps[None]:
    """Send PUT to something that exists, with a body of a type that PATCH refuses.

    An unknown id does not decide: a server that looks for the resource first returns 404 there. A server that judges
    the body has taken the method.
    """
    call = yield from find_call(operation, subject)
    body = make_wrong_body(operation, subject)
    if isinstance(call, Missing) or not body:
        missing = call if isinstance(call, Missing) else Missing("no invalid body is known")
        yield from report_untested(("ERR-06",), operation, missing)
        return
    request = msgspec.structs.replace(
        call.build_request(), method="PUT", body=body, inert=WRONG_BODY,
        headers=(*call.headers, ("Content-Type", "application/json")),
    )  # fmt: skip
    response = yield from send(operation, request)
    if response.is_success or response.status in _JUDGED_BODY:
        yield from _compare_with_other_method(response)
    elif response.status in {401, 403, 404, 429} or not response.status:
        reason = f"PUT returns {response.status or response.exchange.failure}"
        yield judge_case(response, "ERR-06", Verdict.NOT_OBSERVABLE, reason)
    elif response.status in {405, 501}:
        yield pass_case(response, "ERR-06")
    else:
        message = "the undocumented method PUT makes the server fail"
        yield fail_case(response, "ERR-06", message, expected="405", actual=str(response.status))


def _compare_with_other_method(response: OperationResponse) -> Steps[None]:
    """Report a PUT that was accepted, unless another method gets the same response."""
    request = msgspec.structs.replace(response.exchange.request, method=_OTHER_METHOD)
    control = yield from send(response.operation, request)
    if control.status == response.status:
        reason = f"the method {_OTHER_METHOD} returns {control.status} too"
        yield judge_case(response, "ERR-06", Verdict.NOT_OBSERVABLE, reason, also=(control,))
    else:
        message = "PUT, which is not documented, is carried out as far as its body allows"
        actual = str(response.status)
        yield fail_case(response, "ERR-06", message, expected="405", actual=actual, also=(control,))


PROBES = (
    Probe(
        "put-in-place-of-patch", ("ERR-06",), is_update_without_put, _needs, send_put, rank=2,
        sends=_list_requests,
    ),
)  # fmt: skip
