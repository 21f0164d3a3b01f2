"""ERR-06, ERR-07 and ERR-10: unsupported methods and media types, and one problem type for one error."""

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import has_page_size, is_any_operation, is_get, is_read_by_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.payers import ANY_READER, ANY_WRITER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import match_path
from conformance.model import Effect, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.model.exchange import UNDOCUMENTED_METHOD
from conformance.probes.errors.allow_header import check_allow_header
from conformance.probes.pagination.bounds import list_bad_sizes
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request
from conformance.probes.toolkit.refusals import (
    check_refused,
    find_refusable_call,
    has_no_required_values,
    refusal_needs,
    send_for_refusal,
)

UNKNOWN_ACCEPT = ("Accept", "application/x-evconform")
_SHARE = 3  # one in so many operations is asked for another media type with each seed
_METHODS = ("PUT", "GET")  # sent without a body to an unknown id, so that neither can take effect


def _choose_undocumented_method(operation: Operation, model: ResourceModel) -> str:
    """Return a method that the path does not document: GET if it has no reads, else PUT; empty if it has both."""
    documented = {candidate.method for candidate in _list_operations_at_path(operation, model)}
    candidates = _METHODS if "GET" in documented else tuple(reversed(_METHODS))
    return next((method for method in candidates if method not in documented), "")


def _list_operations_at_path(operation: Operation, model: ResourceModel) -> list[Operation]:
    """Return the operations that a server may find at the path: `/things/{id}:submit` also matches `/things/{id}`."""
    example = re.sub(r"\{[^}]*\}", "x", operation.path)
    candidates = model.operations_by_depth.get(example.strip("/").count("/"), ())
    return [o for o in candidates if o.path == operation.path or match_path(o.path, example) is not None]


def _has_undocumented_method(operation: Operation, model: ResourceModel) -> bool:
    return bool(_choose_undocumented_method(operation, model))


def _list_unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the request with the undocumented method where it may have an effect."""
    name = _choose_undocumented_method(operation, model)
    is_read = name == "GET" and all(o.effect is Effect.NONE for o in _list_operations_at_path(operation, model))
    names = ([] if is_read or not name else [name]) + ["PUT"] * (
        name == "GET" and _may_need_second_method(operation, model)
    )
    return tuple(UnsafeRequest(method, operation.path) for method in names)


def _method_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    count = 1 + _may_need_second_method(operation, model)
    return (Need(f"method {operation.path}", count, identity=ANY_WRITER),)


def _may_need_second_method(operation: Operation, model: ResourceModel) -> bool:
    """Return whether GET of an unknown id may give 404, whether or not the server has the method."""
    documented = {candidate.method for candidate in _list_operations_at_path(operation, model)}
    return bool(operation.path_parameters) and not documented & set(_METHODS)


def send_unsupported_method(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that an undocumented method is refused with 405 and an Allow header (ERR-06).

    The path has unknown ids: a server that looks them up first returns 404, which decides nothing. A GET that is
    answered so may have been found, so that PUT is sent too.
    """
    undocumented_method = _choose_undocumented_method(operation, subject.model)
    response = yield from _send_method(undocumented_method, operation, subject)
    if response.status == 404 and undocumented_method == "GET" and _may_need_second_method(operation, subject.model):
        undocumented_method = "PUT"
        response = yield from _send_method(undocumented_method, operation, subject)
    if response.status == 404 and operation.path_parameters:
        reason = "the server looks for the resource before the method, and no existing resource is put at risk"
        yield judge_case(response, "ERR-06", Verdict.NOT_OBSERVABLE, reason)
    elif response.status == 405:
        operations = _list_operations_at_path(operation, subject.model)
        other_methods = {o.method for o in operations if o.path != operation.path}
        yield from check_allow_header(response, undocumented_method, other_methods, subject.model)
    elif response.status // 100 == 4 and response.status not in {401, 403, 429}:
        # RFC 9110, section 9.1, recommends 405 for a known method; what it demands is the Allow header of a 405.
        message = f"the undocumented method {undocumented_method} is refused otherwise than with 405"
        yield judge_case(response, "ERR-06", Verdict.WARN, message, expected="405", actual=str(response.status))
    else:
        yield from check_refused(response, "ERR-06", f"the undocumented method {undocumented_method}", 405)


def _send_method(method: str, operation: Operation, subject: Subject) -> Steps[OperationResponse]:
    """Send an undocumented method to the operation's path with unknown ids, once for all operations of the path."""
    first = next(o for o in subject.model.operations if o.path == operation.path)
    target = _build_unknown_path(first, subject)
    inert = "" if method == "GET" else UNDOCUMENTED_METHOD
    request = Request(first.key, method, target, identity=subject.any_writer, inert=inert)
    return (yield from send_for_refusal(operation, request, subject, fallback_identity="full"))


def _build_unknown_path(operation: Operation, subject: Subject) -> str:
    """Return the path with unknown ids, without query."""
    request = build_harmless_request(operation, subject, subject.any_writer)
    if isinstance(request, Missing):  # a write without id and body: its path is concrete
        return operation.path
    return request.target.partition("?")[0]


def _has_documented_status(operation: Operation, status: str) -> bool:
    return any(response.status == status for response in operation.responses)


def _accept_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return () if _explain_no_negotiation(operation) else (Need(f"accept {operation.key}", identity=ANY_READER),)


def _explain_no_negotiation(operation: Operation) -> str:
    """Return why `Accept` decides nothing on an operation; empty where it does."""
    if not _has_documented_status(operation, "406"):
        return "the operation documents no 406"
    if not any(success.media for success in operation.responses if success.status.startswith("2")):
        return "no success of the operation has a body whose type could be chosen"
    return ""


def send_unacceptable_media_type(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a media type that no response has is refused with 406, where that is documented (ERR-07).

    The request has unknown ids; an existing resource is requested only if the server answers those first.
    """
    if reason := _explain_no_negotiation(operation):
        yield skip_case("ERR-07", operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    request = build_harmless_request(operation, subject, subject.any_reader)
    if isinstance(request, Missing):
        yield from report_untested(("ERR-07",), operation, request)
        return
    response = yield from send_for_refusal(operation, _set_unknown_accept(request), subject)
    if response.status in {400, 404, 422}:
        call = yield from find_call(operation, subject, subject.reader)
        if isinstance(call, Missing):
            yield from report_untested(("ERR-07",), operation, call)
            return
        response = yield from send(operation, _set_unknown_accept(call.build_request()))
    yield from check_refused(response, "ERR-07", f"Accept: {UNKNOWN_ACCEPT[1]}", 406, pointer="header:Accept")


def _set_unknown_accept(request: Request) -> Request:
    return msgspec.structs.replace(request, headers=(*request.headers, UNKNOWN_ACCEPT))


def _list_reads_by_id(model: ResourceModel) -> list[Operation]:
    return [o for o in model.operations if is_read_by_id(o, model) and o.path.count("{") == 1]


def _list_paged_reads(model: ResourceModel) -> list[Operation]:
    return [o for o in model.operations if has_page_size(o, model) and has_no_required_values(o)]


def _problem_type_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *(Need(f"unknown {read.key}", identity=ANY_READER) for read in _list_reads_by_id(model)),
        *(need for read in _list_paged_reads(model) for need in refusal_needs(read, model, "size")),
    )


def compare_problem_types(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that an unknown id, and each kind of bad page size, has the same problem type on all operations (ERR-10).

    The requests are those of other probes, so that they cost nothing where those run too.
    """
    types: dict[str, dict[str, list[OperationResponse]]] = defaultdict(lambda: defaultdict(list))
    for read in _list_reads_by_id(subject.model):
        request = build_harmless_request(read, subject, subject.any_reader)
        if isinstance(request, Request):
            _collect_by_type(types["an unknown id"], (yield from send(read, request)), 404)
    for read in _list_paged_reads(subject.model):
        call = yield from find_refusable_call(read, subject)
        if isinstance(call, OperationCall) and read.pagination:
            description, value = list_bad_sizes(read, subject)[0]
            response = yield from send(read, call.build_request((read.pagination.size, value)))
            _collect_by_type(types[f"a page size that is {description}"], response, 400)
    outcomes = [outcome for error, by_type in types.items() for outcome in _compare_types(error, by_type)]
    yield from outcomes
    if not outcomes:
        reason = "no fault caused problems on two operations"
        yield skip_case("ERR-10", operation.key, Verdict.NOT_APPLICABLE, reason)


def _collect_by_type(
    responses_by_type: dict[str, list[OperationResponse]], response: OperationResponse, status: int
) -> None:
    if response.status == status and isinstance(response.json, dict):
        responses_by_type[quote_json(response.json.get("type"))].append(response)


def _compare_types(error: str, responses_by_type: dict[str, list[OperationResponse]]) -> Iterator[Outcome]:
    """Yield a failure for each type beside the most frequent; a pass where several operations share one type."""
    common, *others = sorted(responses_by_type, key=lambda name: (-len(responses_by_type[name]), name)) or [""]
    if not others and len(responses_by_type.get(common, ())) > 1:
        yield msgspec.structs.replace(pass_case(responses_by_type[common][0], "ERR-10"), operation=WHOLE.key)
    for problem_type in others:
        outcome = fail_case(
            responses_by_type[problem_type][0],
            "ERR-10",
            f"{error} has another problem type on {responses_by_type[problem_type][0].operation.key}",
            expected=f"{common}, as on {responses_by_type[common][0].operation.key}",
            actual=problem_type,
            pointer="/type",
            also=(responses_by_type[common][0],),
        )
        yield msgspec.structs.replace(outcome, operation=WHOLE.key)


PROBES = (
    Probe(
        "unsupported-method",
        ("ERR-06",),
        _has_undocumented_method,
        _method_needs,
        send_unsupported_method,
        rank=2,
        sends=_list_unsafe_requests,
    ),
    Probe(
        "unsupported-media-type",
        ("ERR-07",),
        is_get,
        _accept_needs,
        send_unacceptable_media_type,
        rank=2,
        share=_SHARE,
        first_share=2,
    ),
    Probe(
        "problem-types",
        ("ERR-10",),
        is_any_operation,
        _problem_type_needs,
        compare_problem_types,
        rank=3,
        is_api_wide=True,
    ),
)
