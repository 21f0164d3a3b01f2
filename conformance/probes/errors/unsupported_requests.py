"""ERR-06, 07 and 10: methods and media types that are not offered, and one name for one fault."""

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import has_page_size, is_any_operation, is_get, is_read_by_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse, match_path
from conformance.evidence.subject import Subject
from conformance.model import Effect, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.pagination.bounds import list_bad_sizes
from conformance.probes.toolkit.base import ERROR_SENDER, WHOLE, Need, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import harmless
from conformance.probes.toolkit.refusals import (
    check_refused,
    find_refusable_call,
    has_no_required_values,
    refusal_needs,
    send_for_refusal,
)

UNMET = ("Accept", "application/x-evconform")
_METHODS = ("PUT", "GET")  # without a body, at an id that nobody has: neither can take effect


def _other_method(operation: Operation, model: ResourceModel) -> str:
    """Return a method that the path does not document: GET where it only writes, else PUT; empty where both are."""
    documented = {each.method for each in _list_fitting(operation, model)}
    candidates = _METHODS if "GET" in documented else tuple(reversed(_METHODS))
    return next((method for method in candidates if method not in documented), "")


def _list_fitting(operation: Operation, model: ResourceModel) -> list[Operation]:
    """Return the operations that a server may find at the path: `/things/{id}` fits `/things/{id}:submit` too."""
    example = re.sub(r"\{[^}]*\}", "x", operation.path)
    return [
        each for each in model.operations if each.path == operation.path or match_path(each.path, example) is not None
    ]


def _has_other(operation: Operation, model: ResourceModel) -> bool:
    return bool(_other_method(operation, model))


def _other_request(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    name = _other_method(operation, model)
    reads = name == "GET" and all(each.effect is Effect.NONE for each in _list_fitting(operation, model))
    return (UnsafeRequest(name, operation.path),) if name and not reads else ()


def _method_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"method {operation.key}", identity=ERROR_SENDER),)


def method(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-06: another method than those documented gives 405 and says which there are.

    The path names what nobody has: a server that looks for it first answers 404, which decides nothing.
    """
    wanted = _other_method(operation, subject.model)
    target = _path_to_nothing(operation, subject)
    inert = "" if wanted == "GET" else "its method is not documented"
    answer = yield from send_for_refusal(
        operation,
        Request(operation.key, wanted, target, identity=subject.error_sender, inert=inert),
        subject,
        fallback_identity="full",
    )
    if answer.status == 404 and operation.path_parameters:
        reason = "the server looks for the resource before the method, and a real one is not risked"
        yield judge_case(answer, "ERR-06", Verdict.NOT_OBSERVABLE, reason)
    elif answer.status == 405:
        fitting = {each.method for each in _list_fitting(operation, subject.model) if each.path != operation.path}
        yield from _allowing(answer, wanted, fitting)
    else:
        yield from check_refused(answer, "ERR-06", f"the undocumented method {wanted}", 405)


def _path_to_nothing(operation: Operation, subject: Subject) -> str:
    """Return the path with made-up ids, without query."""
    made_up = harmless(operation, subject, subject.error_sender)
    if isinstance(made_up, Missing):  # a write without id and body: its path is concrete
        return operation.path
    return made_up.target.partition("?")[0]


def _allowing(answer: OperationResponse, wanted: str, elsewhere: set[str]) -> Iterator[Outcome]:
    """Judge the Allow header of a 405; `elsewhere` are the methods of other paths that the path fits."""
    response = answer.exchange.response
    allow = response.find_header("allow") if response else None
    named = {each.strip().upper() for each in (allow or "").split(",")} - {""}
    if allow is None:
        message = "a 405 does not say which methods are allowed"
        yield fail_case(answer, "ERR-06", message, expected=answer.operation.method, pointer="header:Allow")
    elif wanted in named or not named & {answer.operation.method, *elsewhere}:
        message = "the Allow header of a 405 names other methods than are documented"
        yield fail_case(
            answer,
            "ERR-06",
            message,
            expected=answer.operation.method,
            actual=quote_json(allow),
            pointer="header:Allow",
        )
    else:
        yield pass_case(answer, "ERR-06")


def _documents(operation: Operation, status: str) -> bool:
    return any(each.status == status for each in operation.responses)


def _accept_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return () if _unnegotiated(operation) else (Need(f"accept {operation.key}", identity=ERROR_SENDER),)


def _unnegotiated(operation: Operation) -> str:
    """Why `Accept` decides nothing on an operation; empty where it does."""
    if not _documents(operation, "406"):
        return "the operation documents no 406"
    if not any(each.media for each in operation.responses if each.status.startswith("2")):
        return "no success of the operation has a body whose type could be chosen"
    return ""


def accept(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-07: a media type that no response has gives 406, where that is documented.

    Something that nobody has is asked for; only where the server answers that first, something that exists.
    """
    if reason := _unnegotiated(operation):
        yield skip_case("ERR-07", operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    request = harmless(operation, subject, subject.error_sender)
    if isinstance(request, Missing):
        yield from report_untested(("ERR-07",), operation, request)
        return
    answer = yield from send_for_refusal(operation, _unmet(request), subject)
    if answer.status in {400, 404}:
        call = yield from find_call(operation, subject, subject.reader)
        if isinstance(call, Missing):
            yield from report_untested(("ERR-07",), operation, call)
            return
        answer = yield from send(operation, _unmet(call.build_request()))
    yield from check_refused(answer, "ERR-07", f"Accept: {UNMET[1]}", 406, pointer="header:Accept")


def _unmet(request: Request) -> Request:
    return msgspec.structs.replace(request, headers=(*request.headers, UNMET))


def _unknown_ids(model: ResourceModel) -> list[Operation]:
    return [each for each in model.operations if is_read_by_id(each, model) and each.path.count("{") == 1]


def _bad_sizes(model: ResourceModel) -> list[Operation]:
    return [each for each in model.operations if has_page_size(each, model) and has_no_required_values(each)]


def _same_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *(Need(f"unknown {each.key}", identity=ERROR_SENDER) for each in _unknown_ids(model)),
        *(need for each in _bad_sizes(model) for need in refusal_needs(each, model, "size", 2)),
    )


def same_fault_same_type(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-10: an unknown id, and each sort of bad page size, has one problem type wherever it is sent.

    The requests are those of other probes, so that they cost nothing where those run too.
    """
    types: dict[str, dict[str, list[OperationResponse]]] = defaultdict(lambda: defaultdict(list))
    for each in _unknown_ids(subject.model):
        request = harmless(each, subject, subject.error_sender)
        if isinstance(request, Request):
            _note(types["an unknown id"], (yield from send(each, request)), 404)
    for each in _bad_sizes(subject.model):
        call = yield from find_refusable_call(each, subject)
        if isinstance(call, OperationCall) and each.pagination:
            what, value = list_bad_sizes(each)[0]
            answer = yield from send(each, call.build_request((each.pagination.size, value)))
            _note(types[f"a page size that is {what}"], answer, 400)
    outcomes = [outcome for fault, found in types.items() for outcome in _compared(fault, found)]
    yield from outcomes
    if not outcomes:
        reason = "no fault was answered by problems on two operations"
        yield skip_case("ERR-10", operation.key, Verdict.NOT_APPLICABLE, reason)


def _note(found: dict[str, list[OperationResponse]], answer: OperationResponse, status: int) -> None:
    if answer.status == status and isinstance(answer.json, dict):
        found[quote_json(answer.json.get("type"))].append(answer)


def _compared(fault: str, found: dict[str, list[OperationResponse]]) -> Iterator[Outcome]:
    """One outcome for each type beside the commonest; a pass where there is one type on several operations."""
    common, *others = sorted(found, key=lambda each: (-len(found[each]), each)) or [""]
    if not others and len(found.get(common, ())) > 1:
        yield msgspec.structs.replace(pass_case(found[common][0], "ERR-10"), operation=WHOLE.key)
    for each in others:
        outcome = fail_case(
            found[each][0],
            "ERR-10",
            f"{fault} has another problem type on {found[each][0].operation.key}",
            expected=f"{common}, as on {found[common][0].operation.key}",
            actual=each,
            pointer="/type",
            also=(found[common][0],),
        )
        yield msgspec.structs.replace(outcome, operation=WHOLE.key)


PROBES = (
    Probe("unsupported-method", ("ERR-06",), _has_other, _method_needs, method, rank=2, sends=_other_request),
    Probe("unsupported-media-type", ("ERR-07",), is_get, _accept_needs, accept, rank=2),
    Probe("problem-types", ("ERR-10",), is_any_operation, _same_needs, same_fault_same_type, rank=3, whole=True),
)
