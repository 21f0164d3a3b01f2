"""PTH-07: a path below a resource that the API does not have does not return the resource."""

from conformance.applicability.selectors import has_id_in_path
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import match_path
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.refusals import find_call_as

_SEGMENT = "evconform_unknown"  # a word as in documented paths


def has_nothing_below(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads one resource below whose path no operation takes any segment."""
    is_read = operation.method == "GET" and operation.role in {Role.ITEM, Role.SINGLETON}
    below = f"{operation.path}/{_SEGMENT}"
    return (
        is_read
        and has_id_in_path(operation, model)
        and not any(match_path(o.path, below) is not None for o in model.operations)
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the one below it."""
    return (*plain_read_needs(operation, model, ANY_READER)[:-1], Need(f"below {operation.path}", identity=ANY_READER))


def request_path_below(operation: Operation, subject: Subject) -> Steps[None]:
    """Request an unknown path below a resource that exists, as somebody who may read the resource."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PTH-07",), operation, call)
        return
    path, _, query = call.build_request().target.partition("?")
    target = f"{path}/{_SEGMENT}{'?' if query else ''}{query}"
    request = Request(WHOLE.key, "GET", target, call.headers, identity=call.identity)
    response = yield from send(operation, request)
    if 200 <= response.status < 300:
        message = "an unknown path below the resource returns success"
        yield fail_case(response, "PTH-07", message, expected="404", actual=f"{response.status} to …/{_SEGMENT}")
    elif response.status == 404 and _is_page(response):
        message = "an unknown path below the resource returns a page for browsers"
        yield fail_case(response, "PTH-07", message, expected="application/problem+json", actual="text/html")
    elif 400 <= response.status < 500 and response.status != 429:
        yield pass_case(response, "PTH-07")
    else:
        reason = f"an unknown path returns {response.status or response.exchange.failure}"
        yield judge_case(response, "PTH-07", Verdict.NOT_OBSERVABLE, reason)


def _is_page(response: OperationResponse) -> bool:
    return response.exchange.response is not None and response.exchange.response.media_type == "text/html"


PROBES = (Probe("path-below", ("PTH-07",), has_nothing_below, _needs, request_path_below, rank=1),)
