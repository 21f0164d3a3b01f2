"""EXP-09: an item that is expanded in its list shows the same as when it is expanded in its single read."""

from typing import Any

import msgspec

from conformance.evidence.differences import at, differences
from conformance.evidence.outcomes import passed, without
from conformance.evidence.responses import Answer, below, expanded_at
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Noticed, Operation, ResourceModel, Role, Verdict
from conformance.probes.expansion.documented_paths import all_expanded, expandable, paths_of
from conformance.probes.expansion.judgements import blank, two_shapes
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, call_of, populated, untested
from conformance.probes.toolkit.difference_outcomes import difference


def _find_pair(operation: Operation, model: ResourceModel) -> tuple[Operation, Operation] | None:
    """Return the list and the single read of a resource where both expand the same path, else None."""
    resource = model.by_name.get(operation.resource)
    if resource is None or operation.role not in {Role.LIST, Role.ITEM}:
        return None
    gets = {candidate.path: candidate for candidate in model.operations if expandable(candidate, model)}
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
    return (*plain_read(listed, model), *plain_read(single, model)[:-1], all_expanded(listed), all_expanded(single))


def agreement(operation: Operation, subject: Subject) -> Steps[None]:
    """Read list and item with everything expanded, as other probes do, and compare the first item (EXP-09)."""
    pair = _find_pair(operation, subject.model)
    if pair is None:
        reason = "no list and single read of the resource expand the same path"
        yield without("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    listed, single = pair
    populated_list = yield from populated(listed, subject)
    if isinstance(populated_list, Missing):
        yield from untested(("EXP-09",), operation, populated_list)
        return
    list_response = yield from ask(
        listed, populated_list[0].request(*(("expand", expansion.path) for expansion in paths_of(listed)))
    )
    call = yield from _build_item_call(single, list_response, subject)
    if isinstance(call, Missing):
        yield from untested(("EXP-09",), operation, call)
        return
    item_response = yield from ask(
        single, call.request(*(("expand", expansion.path) for expansion in paths_of(single)))
    )
    yield from _compare_expansions(operation, call, list_response, item_response, subject)


def _build_item_call(single: Operation, list_response: Answer, subject: Subject) -> Steps[Call | Missing]:
    """Return the single read of the first item, as other probes call it where they read that one too."""
    url = list_response.objects[0][1].get("url") if list_response.objects else None
    target = below(subject.target.base_url, url) if isinstance(url, str) else None
    if target is None:
        return Missing("the first item of the list has no url to read it at")
    call = yield from call_of(single, subject)
    if isinstance(call, Missing):
        return call
    return call if call.path == target else Call(single, target, call.query, call.headers, call.identity)


def _compare_expansions(
    operation: Operation, call: Call, list_response: Answer, item_response: Answer, subject: Subject
) -> Steps[None]:
    listed, single = list_response.operation, item_response.operation
    judged = differs = False
    for expansion in _common_expansions(listed, single) if list_response.ok and item_response.ok else ():
        inner = _single_sided(expansion, listed, single)
        list_value = _expanded_value(list_response, expansion, list_response.objects[0][0])
        item_value = _expanded_value(item_response, expansion, "")
        if not isinstance(list_value, dict) or not isinstance(item_value, dict):
            continue  # EXP-02 judges it
        judged = True
        for mismatch in differences(blank(item_value, inner), blank(list_value, inner)):
            if two_shapes(subject, expansion.schema, mismatch):
                continue
            reread = yield from ask(single, call.request(("expand", expansion.path), fresh=True))
            if at(_expanded_value(reread, expansion, ""), mismatch.pointer) != mismatch.old:
                message = f"{mismatch.pointer} of {expansion.path} changes by itself"
                yield Noticed("volatile-field", message, single.key)
                continue
            differs = True
            message = f"expand={expansion.path} shows another value in the list than in the single read"
            outcome = difference(list_response, "EXP-09", message, mismatch, (item_response,))
            yield msgspec.structs.replace(outcome, operation=operation.key)
    if judged and not differs:
        yield msgspec.structs.replace(passed(list_response, "EXP-09"), operation=operation.key)
    reason = "no common expansion shows an object in both"
    yield without("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)


def _single_sided(expansion: Expansion, listed: Operation, single: Operation) -> tuple[Expansion, ...]:
    """Return the paths within an expansion that only one of two operations can expand, relative to it."""
    both = ({candidate.path for candidate in paths_of(operation)} for operation in (listed, single))
    prefix = f"{expansion.path}."
    return tuple(
        Expansion(path.removeprefix(prefix))
        for path in sorted(set.symmetric_difference(*both))
        if path.startswith(prefix)
    )


def _expanded_value(response: Answer, expansion: Expansion, pointer: str) -> Any:
    """Return the value at an expansion of the item at a pointer, None where there is none."""
    values = (
        value for value_pointer, value in expanded_at(response, expansion) if value_pointer.startswith(f"{pointer}/")
    )
    return next(values, None)


PROBES = (Probe("expansion-agreement", ("EXP-09",), expandable, _needs, agreement, rank=3),)
