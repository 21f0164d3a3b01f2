"""HDR-09: an entity tag of a plain read is not taken for that of other content: of a form with `expand`, or later."""

import msgspec

from conformance.evidence.differences import find_differences
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.toolkit.refusals import find_call_as

_REQUIREMENT = "HDR-09"
_MAX_EXPANSIONS = 3  # tried until one changes the answer


def _list_expansions(operation: Operation) -> tuple[Expansion, ...]:
    return tuple(e for e in operation.first_expansions if e.resolvable and not e.parent)[:_MAX_EXPANSIONS]


def _has_expansions(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read has another form with `expand`."""
    return operation.method == "GET" and operation.role is not Role.REDIRECT and bool(_list_expansions(operation))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain read: a server without entity tags is sent nothing else."""
    return plain_read_needs(operation, model, ANY_READER)


def use_tag_of_plain_read(operation: Operation, subject: Subject) -> Steps[None]:
    """Send the tag of a plain read as a condition of the read with `expand`, where both have different content."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested((_REQUIREMENT,), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    tag = read_tag(plain)
    if not tag:
        yield judge_case(plain, _REQUIREMENT, Verdict.NOT_APPLICABLE, "the read has no entity tag")
        return
    for expansion in _list_expansions(operation):
        expanded = yield from send(operation, call.build_request(("expand", expansion.path)))
        if expanded.is_success and any(find_differences(plain.json, expanded.json)):
            yield from _compare_tags(call, expansion, plain, expanded)
            return
    yield judge_case(plain, _REQUIREMENT, Verdict.NOT_APPLICABLE, "no expansion changes the response")


def _compare_tags(
    call: OperationCall, expansion: Expansion, plain: OperationResponse, expanded: OperationResponse
) -> Steps[None]:
    """Judge the answer to a read with `expand` under the condition of the plain read's tag.

    RFC 9110 compares tags of one address; addresses that differ in their query may count as two.
    """
    request = call.build_request(("expand", expansion.path), fresh=True)
    response = yield from send(call.operation, add_condition(request, read_tag(plain)))
    if response.status != 304:
        yield pass_case(response, _REQUIREMENT)
        return
    message = f"the server returns 304 with expand={expansion.path} for the entity tag of the plain read"
    yield judge_case(
        response, _REQUIREMENT, Verdict.REVIEW, message, expected="200 and the expanded form",
        actual=f"304 for {read_tag(plain)}", also=(plain, expanded),
    )  # fmt: skip


def check_tag_after_change(before: OperationResponse, after: OperationResponse, reader: OperationCall) -> Steps[None]:
    """Check that the tag from before a change is no reason for 304 once the resource shows other content."""
    tag = read_tag(before)
    if not tag or not any(find_differences(before.json, after.json)):
        reason = "the read has no entity tag, or does not show the change"
        yield judge_case(after, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    request = add_condition(reader.build_request(fresh=True), tag)
    response = yield from send(reader.operation, request)
    if response.status == 304:
        yield Pause(LAG_S)
        response = yield from send(reader.operation, request)
    if response.status != 304:
        yield pass_case(response, _REQUIREMENT)
        return
    message = "the server returns 304 for the entity tag from before a change that shows"
    expected, actual = "200 and the new content", f"304 for {tag}"
    yield fail_case(response, _REQUIREMENT, message, expected=expected, actual=actual, also=(before, after))


def read_tag(response: OperationResponse) -> str:
    """Return the entity tag of a successful response; empty without one."""
    http_response = response.exchange.response
    return (http_response.find_header("etag") or "") if http_response and response.is_success else ""


def add_condition(request: Request, tag: str) -> Request:
    """Return a conditional read: the full response comes only if the content no longer has this tag."""
    return msgspec.structs.replace(request, headers=(*request.headers, ("If-None-Match", tag)), fresh=True)


PROBES = (Probe("tags-of-forms", (_REQUIREMENT,), _has_expansions, _needs, use_tag_of_plain_read, rank=2),)
