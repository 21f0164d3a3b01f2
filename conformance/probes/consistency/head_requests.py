"""CON-05 and HDR-08: HEAD, where it is served, gives what GET gives without a body."""

from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import is_get
from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER, READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.difference_outcomes import report_differences
from conformance.probes.toolkit.refusals import find_call_as
from conformance.probes.toolkit.repetition import confirm_violations

_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    if not operation.is_secured:
        resolving = plain_read_needs(operation, model, READER)[:-1]
        return (
            *resolving,
            Need(f"anonymous {operation.key}", identity=""),
            Need(f"head {operation.path}", identity=""),
        )
    return (*plain_read_needs(operation, model, ANY_READER), Need(f"head {operation.path}", identity=ANY_READER))


def check_head(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare HEAD, where it is served, with GET: same status, media type and length, and no body (CON-05, HDR-08).

    What needs no token is read without one.
    """
    call = yield from find_call_as(subject.any_reader if operation.is_secured else subject.reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("CON-05", "HDR-08"), operation, call)
        return
    if not operation.is_secured:
        call = msgspec.structs.replace(call, identity="")
    plain = yield from send(operation, call.build_request())
    if plain.status in {401, 403} and call.identity != "full":
        call = msgspec.structs.replace(call, identity="full")
        plain = yield from send(operation, call.build_request())
    response = yield from send(operation, msgspec.structs.replace(call.build_request(), method="HEAD"))
    if response.status in {405, 501}:
        for requirement in ("CON-05", "HDR-08"):
            yield judge_case(response, requirement, Verdict.NOT_APPLICABLE, "HEAD is not served")
        return
    if plain.status == 429 or not plain.status:
        for requirement in ("CON-05", "HDR-08"):
            yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, f"the plain read returns {plain.status}")
        return
    disagreements = list(_compare_head(plain, response))
    yield from report_differences(response, "CON-05", "HEAD and GET differ", disagreements, (plain,), limit=_SHOWN)
    yield from _compare_length(plain, response)


def _compare_head(plain: OperationResponse, head: OperationResponse) -> Iterator[ValueDifference]:
    if plain.status != head.status:
        yield ValueDifference("", f"status {plain.status}", f"status {head.status}")
        return
    plain_response, head_response = plain.exchange.response, head.exchange.response
    if plain_response is None or head_response is None:
        return
    if plain_response.media_type != head_response.media_type:
        yield ValueDifference("header:Content-Type", plain_response.media_type, head_response.media_type)
    if head_response.body:
        yield ValueDifference("", "no body", f"{len(head_response.body)} bytes")


def _compare_length(plain: OperationResponse, head: OperationResponse) -> Steps[None]:
    """Compare the length that HEAD states with that of GET, which may change by itself (HDR-08)."""
    stated, length = _read_length(head), _read_length(plain)
    if stated is None or length is None or plain.status != head.status:
        reason = "HEAD and GET do not both state the length of the same response"
        yield judge_case(head, "HDR-08", Verdict.NOT_APPLICABLE, reason, also=(plain,))
        return
    if stated != length:
        again = yield from send(
            plain.operation, msgspec.structs.replace(plain.exchange.request, fresh=True)
        )  # the length of GET may change
        if _read_length(again) == length:
            message = "HEAD states another length than GET"
            yield fail_case(
                head, "HDR-08", message, expected=length, actual=stated, pointer="header:Content-Length", also=(plain,)
            )
        else:
            yield judge_case(head, "HDR-08", Verdict.NOT_OBSERVABLE, "the length of GET changes by itself")
        return
    yield pass_case(head, "HDR-08")


def _read_length(response: OperationResponse) -> str | None:
    """Return the `Content-Length` of an uncoded response; None where it states none or its coding may differ."""
    http_response = response.exchange.response
    if http_response is None or http_response.find_header("content-encoding"):
        return None
    return http_response.find_header("content-length")


PROBES = (Probe("head", ("CON-05", "HDR-08"), is_get, _needs, confirm_violations(check_head), rank=3),)
