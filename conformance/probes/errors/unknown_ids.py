"""ERR-05: a resource that does not exist is not found."""

from conformance.applicability.selectors import is_read_below_ids, is_read_by_id
from conformance.evidence.payers import ANY_READER
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_parent_path
from conformance.model import Operation, Request, ResourceModel
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request, draw_unknown_id
from conformance.probes.toolkit.refusals import check_refused, find_call_as, send_for_refusal

_UNKNOWN_ID = "an id that does not exist"


def _is_nested(operation: Operation) -> bool:
    """Return whether the path of the operation has several parameters."""
    return operation.path.count("{") > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the parents, if any, and the read of an unknown id."""
    key = f"unknown {operation.key}"
    if not _is_nested(operation):
        return (Need(key, identity=ANY_READER),)
    return (*plain_read_needs(operation, model, ANY_READER)[:-1], Need(key, identity=ANY_READER))


def request_unknown_member(operation: Operation, subject: Subject) -> Steps[Request | Missing]:
    """Return the read of a member that does not exist; the parents in its path are real."""
    if not _is_nested(operation):
        return build_harmless_request(operation, subject, subject.any_reader)
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        return call
    resource = subject.model.resources_by_name[operation.resource]
    path = extract_parent_path(call.path)
    return call.build_request_to(f"{path}/{draw_unknown_id(operation, subject, resource.prefix)}")


def read_unknown_id(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a well-formed id that does not exist gives 404."""
    request = yield from request_unknown_member(operation, subject)
    if isinstance(request, Missing):
        yield from report_untested(("ERR-05",), operation, request)
        return
    response = yield from send_for_refusal(operation, request, subject)
    yield from check_refused(response, "ERR-05", _UNKNOWN_ID, 404)


def _parent_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the need of the read below an unknown parent."""
    return (Need(f"unknown {operation.key}", identity=ANY_READER),)


def read_below_unknown_parent(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that parts of a resource that does not exist give 404, not an empty list or object."""
    request = build_harmless_request(operation, subject, subject.any_reader)
    if isinstance(request, Missing):
        yield from report_untested(("ERR-05",), operation, request)
        return
    response = yield from send_for_refusal(operation, request, subject)
    yield from check_refused(response, "ERR-05", _UNKNOWN_ID, 404)


PROBES = (
    Probe("unknown-id", ("ERR-05",), is_read_by_id, _needs, read_unknown_id),
    Probe("unknown-parent", ("ERR-05",), is_read_below_ids, _parent_needs, read_below_unknown_parent, rank=2),
)
