"""CON-02: a list shows its items as their single reads do."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from conformance.applicability.selectors import is_item
from conformance.evidence.differences import ValueDifference
from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case, skip_case
from conformance.evidence.payers import USER, choose_reader_kind
from conformance.evidence.representations import Representation, find_common_differences
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_parent_path, match_path, strip_base_url
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_list_operation, report_untested
from conformance.probes.toolkit.difference_outcomes import report_differences
from conformance.probes.toolkit.edge_members import edge_needs, select_edges
from conformance.probes.toolkit.stillness import report_restless, settle_differences

_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    another = Need(f"read {operation.path} of the list", identity=USER)
    own_reads = plain_read_needs(operation, model, USER)[:-1]
    reader = choose_reader_kind(operation, model)
    return (*plain_read_needs(operation, model, reader), *own_reads, another, *edge_needs(operation, reader))


def compare_list_and_item(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare items of a list with their single reads: the first, second, last and a random one (CON-02)."""
    call = yield from find_call(operation, subject, subject.choose_reader(operation))
    if isinstance(call, Missing):
        yield from report_untested(("CON-02",), operation, call)
        return
    resource = subject.model.resources_by_name.get(operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    if lister is None:
        yield skip_case("CON-02", operation.key, Verdict.NOT_APPLICABLE, "no list shows the resource")
        return
    yield from _compare_with_list(call, lister, subject)
    for edge_call in (yield from _edge_calls(lister, operation, subject)):
        yield from _compare_with_list(edge_call, lister, subject)


def _edge_calls(lister: Operation, operation: Operation, subject: Subject) -> Steps[list[OperationCall]]:
    """Return calls of the members at the ends of a list, and of one drawn from the list of another identity."""
    calls: list[OperationCall] = []
    reader = subject.choose_reader(operation)
    for identity in dict.fromkeys((reader, subject.user)):
        call = yield from find_call(operation, subject, identity)
        if isinstance(call, Missing):
            continue
        page = yield from send(lister, _list_call(call, lister).build_request())
        paths = [_path_of_item(item, subject) for _, item in page.objects]
        members = [path for path in paths if match_path(operation.path, path) is not None]
        chosen = select_edges(members) if identity == reader else ()
        if identity == subject.user and members[1:]:
            chosen = (*chosen, subject.make_random("member", operation.key).choice(members[1:]))
        calls += [msgspec.structs.replace(call, path=path) for path in dict.fromkeys(chosen)]
    return calls


def _list_call(call: OperationCall, lister: Operation) -> OperationCall:
    return OperationCall(
        lister, extract_parent_path(call.path), headers=_user_headers(call, lister), identity=call.identity
    )


def _compare_with_list(call: OperationCall, lister: Operation, subject: Subject) -> Steps[None]:
    """Compare one item with what the first page of its list shows of it."""
    operation, list_call = call.operation, _list_call(call, lister)
    single = yield from send(operation, call.build_request())
    if single.status == 404:
        yield from _explain_missing(single, list_call, call.path, subject)
        return
    if not single.is_success or not isinstance(single.json, dict):
        yield judge_case(single, "CON-02", Verdict.NOT_APPLICABLE, f"the plain read returns {single.status}")
        return
    listed = yield from send(lister, list_call.build_request())
    if _find_member(listed, call.path, subject) is None:
        yield judge_case(single, "CON-02", Verdict.NOT_APPLICABLE, "the first page of the list does not show the item")
        return

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        member = _find_member(reads[0], call.path, subject)
        if member is None or not isinstance(reads[1].json, dict):
            yield ValueDifference("", "the item in both", "in one of them")
            return
        in_list = Representation(member, lister.item_schema)
        in_single = Representation(reads[1].json, operation.item_schema)
        for difference in find_common_differences(in_list, in_single, subject.description):
            if not _is_documented(difference, member, reads[1], lister, subject):
                yield difference

    settled = yield from settle_differences((listed, single), compare)
    yield from report_restless(single, settled.restless)
    message = "the item differs from what its list shows"
    yield from report_differences(single, "CON-02", message, list(settled.lasting), (listed,), limit=_SHOWN)


def _explain_missing(single: OperationResponse, list_call: OperationCall, path: str, subject: Subject) -> Steps[None]:
    """Judge an item that gives 404: it must not be in the list, where it stands even after a second 404.

    The fold of CON-07 judges an item that comes and goes, by the second read.
    """
    again = yield from send(single.operation, msgspec.structs.replace(single.exchange.request, fresh=True))
    listed = yield from send(list_call.operation, list_call.build_request(fresh=True))
    if again.status == 404 and _find_member(listed, path, subject) is not None:
        message = "the list shows an item that gives 404"
        yield fail_case(again, "CON-02", message, expected="200", actual="404", also=(listed,))
    else:
        yield judge_case(again, "CON-02", Verdict.INCONCLUSIVE, "an item of the list gave 404, once or for good")


def _path_of_item(item: dict[str, Any], subject: Subject) -> str:
    """Return the path of an item below the base URL, from its `url`; empty where that is unusable."""
    url = item.get("url")
    return ((strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None) or "").partition("?")[0]


def _user_headers(call: OperationCall, lister: Operation) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in call.headers if name == lister.user_header)


def _find_member(response: OperationResponse, path: str, subject: Subject) -> dict[str, Any] | None:
    """Return the item of a list that has this path."""
    for _, item in response.objects:
        item_path = _path_of_item(item, subject)
        if item_path == path or (not item_path and item.get("id") == extract_id(path)):
            return item
    return None


def _is_documented(
    difference: ValueDifference, item: dict[str, Any], single: OperationResponse, lister: Operation, subject: Subject
) -> bool:
    """Return whether list and single read have different schemas that explain a difference."""
    list_schema, item_schema = lister.item_schema, single.operation.item_schema
    if list_schema == item_schema or not list_schema or not item_schema:
        return False
    judge = subject.validators
    name = difference.top_member
    if name not in item or name not in single.json:
        return False
    changed_item, changed_single = {**item, name: single.json[name]}, {**single.json, name: item[name]}
    return (judge.is_valid(list_schema, item) and not judge.is_valid(list_schema, changed_item)) or (
        judge.is_valid(item_schema, single.json) and not judge.is_valid(item_schema, changed_single)
    )


PROBES = (Probe("list-and-item", ("CON-02",), is_item, _needs, compare_list_and_item, rank=1),)
