"""CON-02: a list shows its items as their single reads do."""

from typing import Any

import msgspec

from conformance.evidence.differences import Difference, at, differences
from conformance.evidence.outcomes import observed, without
from conformance.evidence.responses import Answer, below, match_path
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import IDLE, SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, call_of, list_of, untested
from conformance.probes.toolkit.difference_outcomes import differing
from conformance.probes.toolkit.edge_members import ends_needs, ends_of

_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _is_item_read(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.ITEM


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    another = Need(f"read {operation.path} of the list", identity=IDLE)
    list_reads = (*plain_read(operation, model, IDLE)[:-1], *plain_read(operation, model, SPARE)[:-1])
    return (*plain_read(operation, model), *list_reads, another, *ends_needs(operation))


def listed(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare items of a list with their single reads: the first, second, last and a random one (CON-02)."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("CON-02",), operation, call)
        return
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if lister is None:
        yield without("CON-02", operation.key, Verdict.NOT_APPLICABLE, "no list shows the resource")
        return
    yield from _compare_with_list(call, lister, subject)
    for edge_call in (yield from _edge_calls(lister, operation, subject)):
        yield from _compare_with_list(edge_call, lister, subject)


def _edge_calls(lister: Operation, operation: Operation, subject: Subject) -> Steps[list[Call]]:
    """Return calls of the members at the ends of a list, and of one drawn from the list of another identity."""
    calls: list[Call] = []
    for identity in (subject.spare, subject.idle):
        call = yield from call_of(operation, subject, identity)
        if isinstance(call, Missing):
            continue
        page = yield from ask(lister, _list_call(call, lister).request())
        paths = [_path_of_item(item, subject) for _, item in page.objects]
        members = [path for path in paths if match_path(operation.path, path) is not None]
        chosen = ends_of(members) if identity == subject.spare else ()
        if identity == subject.idle and members[1:]:
            chosen = (*chosen, subject.random("member", operation.key).choice(members[1:]))
        calls += [msgspec.structs.replace(call, path=path) for path in dict.fromkeys(chosen)]
        if subject.spare == subject.idle:
            break
    return calls


def _list_call(call: Call, lister: Operation) -> Call:
    return Call(lister, call.path.rpartition("/")[0], headers=_user_headers(call, lister), identity=call.identity)


def _compare_with_list(call: Call, lister: Operation, subject: Subject) -> Steps[None]:
    """Compare one item with what the first page of its list shows of it."""
    operation, list_call = call.operation, _list_call(call, lister)
    single = yield from ask(operation, call.request())
    if not single.ok or not isinstance(single.json, dict):
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, f"the plain read returns {single.status}")
        return
    member = _find_member((yield from ask(lister, list_call.request())), call.path, subject)
    if member is None:
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, "the first page of the list does not show the item")
        return
    mismatches = [
        difference
        for difference in differences(member[1], single.json)
        if not _is_documented(difference, member[1], single, lister, subject)
    ]
    if mismatches:
        reread = yield from ask(operation, call.request(fresh=True))
        fresh = _find_member((yield from ask(lister, list_call.request(fresh=True))), call.path, subject)
        mismatches = [
            difference
            for difference in mismatches
            if fresh
            and at(fresh[1], difference.pointer) == difference.old
            and at(reread.json, difference.pointer) == difference.new
        ]
    yield from differing(
        single, "CON-02", "the item differs from what its list shows", mismatches, (member[0],), shown=_SHOWN
    )


def _path_of_item(item: dict[str, Any], subject: Subject) -> str:
    """Return the path of an item below the base URL, from its `url`; empty where that is unusable."""
    url = item.get("url")
    return ((below(subject.target.base_url, url) if isinstance(url, str) else None) or "").partition("?")[0]


def _user_headers(call: Call, lister: Operation) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in call.headers if name == lister.user_header)


def _find_member(response: Answer, path: str, subject: Subject) -> tuple[Answer, dict[str, Any]] | None:
    """Return the item of a list that has this path, with the response that shows it."""
    for _, item in response.objects:
        item_path = _path_of_item(item, subject)
        if item_path == path or (not item_path and item.get("id") == path.rpartition("/")[2]):
            return response, item
    return None


def _is_documented(
    difference: Difference, item: dict[str, Any], single: Answer, lister: Operation, subject: Subject
) -> bool:
    """Return whether list and single read have different schemas that explain a difference."""
    list_schema, item_schema = lister.item_schema, single.operation.item_schema
    if list_schema == item_schema or not list_schema or not item_schema:
        return False
    judge = subject.validators
    if any(pointer == difference.pointer for pointer in judge.unknown_fields(list_schema, single.json)):
        return True
    if any(pointer == difference.pointer for pointer in judge.unknown_fields(item_schema, item)):
        return True
    name = difference.first
    if name not in item or name not in single.json:
        return False
    changed_item, changed_single = {**item, name: single.json[name]}, {**single.json, name: item[name]}
    return (judge.matches(list_schema, item) and not judge.matches(list_schema, changed_item)) or (
        judge.matches(item_schema, single.json) and not judge.matches(item_schema, changed_single)
    )


PROBES = (Probe("list-and-item", ("CON-02",), _is_item_read, _needs, listed, rank=1),)
