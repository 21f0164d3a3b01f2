"""EXP-09: an item that is expanded in its list shows the same as when it is expanded in its single read."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from conformance.applicability.selectors import is_expandable
from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import pass_case, skip_case
from conformance.evidence.payers import READER
from conformance.evidence.representations import Representation, find_common_differences
from conformance.evidence.responses import OperationResponse, find_expanded
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Expansion, Operation, ResourceModel, Role, Verdict
from conformance.probes.expansion.combined_paths import expand_all_need, sort_expansions
from conformance.probes.expansion.judgements import blank_expansions
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_populated_list, report_untested
from conformance.probes.toolkit.difference_outcomes import build_violation
from conformance.probes.toolkit.stillness import report_restless, settle_differences


def _find_pair(operation: Operation, model: ResourceModel) -> tuple[Operation, Operation] | None:
    """Return the list and the single read of a resource where both expand the same path, else None."""
    resource = model.resources_by_name.get(operation.resource)
    if resource is None or operation.role not in {Role.LIST, Role.ITEM}:
        return None
    gets = {candidate.path: candidate for candidate in model.operations if is_expandable(candidate, model)}
    listed, single = gets.get(resource.list_path), gets.get(resource.item_path)
    return (listed, single) if listed and single and _common_expansions(listed, single) else None


def _common_expansions(listed: Operation, single: Operation) -> tuple[Expansion, ...]:
    """Return the first-level expansions of the single read that the list has too."""
    known = {expansion.path for expansion in listed.first_expansions if expansion.resolvable}
    return tuple(expansion for expansion in single.first_expansions if expansion.resolvable and expansion.path in known)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    pair = _find_pair(operation, model)
    if pair is None:
        return ()
    listed, single = pair
    return (
        *plain_read_needs(listed, model),
        *plain_read_needs(single, model)[:-1],
        expand_all_need(listed),
        expand_all_need(single),
    )


def compare_list_and_item(operation: Operation, subject: Subject) -> Steps[None]:
    """Read list and item with everything expanded, as other probes do, and compare the first item (EXP-09)."""
    pair = _find_pair(operation, subject.model)
    if pair is None:
        reason = "no list and single read of the resource expand the same path"
        yield skip_case("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    listed, single = pair
    populated_list = yield from find_populated_list(listed, subject)
    if isinstance(populated_list, Missing):
        yield from report_untested(("EXP-09",), operation, populated_list)
        return
    list_response = yield from send(
        listed, populated_list[0].build_request(*(("expand", expansion.path) for expansion in sort_expansions(listed)))
    )
    call = yield from _build_item_call(single, list_response, subject)
    if isinstance(call, Missing):
        yield from report_untested(("EXP-09",), operation, call)
        return
    item_response = yield from send(
        single, call.build_request(*(("expand", expansion.path) for expansion in sort_expansions(single)))
    )
    yield from _compare_expansions(operation, list_response, item_response, subject)


def _build_item_call(
    single: Operation, list_response: OperationResponse, subject: Subject
) -> Steps[OperationCall | Missing]:
    """Return the single read of the first item, as other probes call it where they read that one too."""
    url = list_response.objects[0][1].get("url") if list_response.objects else None
    target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
    if target is None:
        return Missing("the first item of the list has no url to read it at")
    call = yield from find_call(single, subject)
    if isinstance(call, Missing):
        return call
    return call if call.path == target else OperationCall(single, target, call.query, call.headers, call.identity)


def _compare_expansions(
    operation: Operation,
    list_response: OperationResponse,
    item_response: OperationResponse,
    subject: Subject,
) -> Steps[None]:
    listed, single = list_response.operation, item_response.operation
    judged = differs = False
    url = list_response.objects[0][1].get("url") if list_response.objects else None
    for expansion in (
        _common_expansions(listed, single) if list_response.is_success and item_response.is_success else ()
    ):
        inner = _list_single_sided(expansion, listed, single)
        values = _find_both(list_response, item_response, expansion, url)
        if values is None:
            continue  # EXP-02 judges it
        judged = True

        def compare(
            reads: Sequence[OperationResponse], expansion: Expansion = expansion, inner: tuple[Expansion, ...] = inner
        ) -> Iterator[ValueDifference]:
            values = _find_both(reads[1], reads[0], expansion, url)
            if values is None:
                yield ValueDifference("", "both objects", "one of them")
                return
            in_list, in_item = (Representation(blank_expansions(value, inner), expansion.schema) for value in values)
            yield from find_common_differences(in_item, in_list, subject.description)

        settled = yield from settle_differences((item_response, list_response), compare)
        for outcome in report_restless(list_response, settled.restless):
            yield outcome
        for mismatch in settled.lasting:
            differs = True
            message = f"expand={expansion.path} shows another value in the list than in the single read"
            outcome = build_violation(list_response, "EXP-09", message, mismatch, (item_response,))
            yield msgspec.structs.replace(outcome, operation=operation.key)
    if judged and not differs:
        yield msgspec.structs.replace(pass_case(list_response, "EXP-09"), operation=operation.key)
    reason = "no common expansion shows an object in both"
    yield skip_case("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)


def _find_both(
    list_response: OperationResponse, item_response: OperationResponse, expansion: Expansion, url: Any
) -> tuple[Any, Any] | None:
    """Return what an expansion shows of the item with a url in its list and in its single read; None without both."""
    pointer = next((at for at, item in list_response.objects if item.get("url") == url), None)
    if pointer is None:
        return None
    values = _expanded_value(list_response, expansion, pointer), _expanded_value(item_response, expansion, "")
    return values if all(isinstance(value, dict) for value in values) else None


def _list_single_sided(expansion: Expansion, listed: Operation, single: Operation) -> tuple[Expansion, ...]:
    """Return the paths within an expansion that only one of two operations can expand, relative to it."""
    both = ({candidate.path for candidate in sort_expansions(operation)} for operation in (listed, single))
    prefix = f"{expansion.path}."
    return tuple(
        Expansion(path.removeprefix(prefix))
        for path in sorted(set.symmetric_difference(*both))
        if path.startswith(prefix)
    )


def _expanded_value(response: OperationResponse, expansion: Expansion, pointer: str) -> Any:
    """Return the value at an expansion of the item at a pointer, None where there is none."""
    values = (
        value for value_pointer, value in find_expanded(response, expansion) if value_pointer.startswith(f"{pointer}/")
    )
    return next(values, None)


PROBES = (
    Probe("expand-list-and-item", ("EXP-09",), is_expandable, _needs, compare_list_and_item, rank=3, payer=READER),
)
