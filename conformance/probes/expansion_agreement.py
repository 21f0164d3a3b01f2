"""EXP-09: an item expanded in its list shows what the item expanded by itself shows."""

from typing import Any

import msgspec

from conformance.answers import Answer, below, expanded_at
from conformance.comparing import at, differences
from conformance.judging import passed, quote, violated, without
from conformance.model import Expansion, Noticed, Operation, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, populated, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.expanded import blank, two_shapes
from conformance.probes.expansion import all_expanded, expandable, paths_of
from conformance.probes.reading import plain_read
from conformance.subject import Subject


def _pair(operation: Operation, model: ResourceModel) -> tuple[Operation, Operation] | None:
    """The list and the single read of what an operation shows, where both expand something alike."""
    resource = model.by_name.get(operation.resource)
    if resource is None or operation.role not in {Role.LIST, Role.ITEM}:
        return None
    gets = {each.path: each for each in model.operations if expandable(each, model)}
    listed, single = gets.get(resource.list_path), gets.get(resource.item_path)
    return (listed, single) if listed and single and _common(listed, single) else None


def _common(listed: Operation, single: Operation) -> tuple[Expansion, ...]:
    """First-level expansions of the single read that the list has too."""
    known = {each.path for each in listed.first_expansions if each.resolvable}
    return tuple(each for each in single.first_expansions if each.resolvable and each.path in known)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    pair = _pair(operation, model)
    if pair is None:
        return ()
    listed, single = pair
    return (*plain_read(listed, model), *plain_read(single, model)[:-1], all_expanded(listed), all_expanded(single))


def agreement(operation: Operation, subject: Subject) -> Steps[None]:
    """Both are asked with everything expanded, as other probes ask them; the first item of the list is compared."""
    pair = _pair(operation, subject.model)
    if pair is None:
        reason = "no list and single read of the resource expand the same path"
        yield without("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    listed, single = pair
    found = yield from populated(listed, subject)
    if isinstance(found, Missing):
        yield from untested(("EXP-09",), operation, found)
        return
    many = yield from ask(listed, found[0].request(*(("expand", each.path) for each in paths_of(listed))))
    call = yield from _call_of_first(single, many, subject)
    if isinstance(call, Missing):
        yield from untested(("EXP-09",), operation, call)
        return
    one = yield from ask(single, call.request(*(("expand", each.path) for each in paths_of(single))))
    yield from _compared(operation, call, many, one, subject)


def _call_of_first(single: Operation, many: Answer, subject: Subject) -> Steps[Call | Missing]:
    """The single read of the first item; as other probes call it, where they read that one too."""
    url = many.objects[0][1].get("url") if many.objects else None
    target = below(subject.target.base_url, url) if isinstance(url, str) else None
    if target is None:
        return Missing("the first item of the list gives no url to read it at")
    call = yield from call_of(single, subject)
    if isinstance(call, Missing):
        return call
    return call if call.path == target else Call(single, target, call.query, call.headers, call.identity)


def _compared(operation: Operation, call: Call, many: Answer, one: Answer, subject: Subject) -> Steps[None]:
    listed, single = many.operation, one.operation
    both = {each.path for each in paths_of(listed)} & {each.path for each in paths_of(single)}
    judged = complained = False
    for expansion in _common(listed, single) if many.ok and one.ok else ():
        inner = tuple(
            Expansion(each.path[len(expansion.path) + 1 :])
            for each in (*paths_of(listed), *paths_of(single))
            if each.path.startswith(f"{expansion.path}.") and each.path not in both
        )
        first = _value(many, expansion, many.objects[0][0])
        other = _value(one, expansion, "")
        if not isinstance(first, dict) or not isinstance(other, dict):
            continue  # EXP-02 speaks of it
        judged = True
        for each in differences(blank(other, inner), blank(first, inner)):
            if two_shapes(subject, expansion.schema, each):
                continue
            again = yield from ask(single, call.request(("expand", expansion.path), fresh=True))
            if at(_value(again, expansion, ""), each.pointer) != each.old:
                yield Noticed("volatile-field", f"{each.pointer} of {expansion.path} changes by itself", single.key)
                continue
            complained = True
            outcome = violated(
                many,
                "EXP-09",
                f"expand={expansion.path} shows another thing in the list than by itself",
                expected=quote(each.old),
                actual=quote(each.new),
                pointer=each.pointer,
                also=(one,),
            )
            yield msgspec.structs.replace(outcome, operation=operation.key)
    if judged and not complained:
        yield msgspec.structs.replace(passed(many, "EXP-09"), operation=operation.key)
    reason = "no common expansion shows an object in both"
    yield without("EXP-09", operation.key, Verdict.NOT_APPLICABLE, reason)


def _value(answer: Answer, expansion: Expansion, where: str) -> Any:
    """What stands at an expansion in the item at a pointer, None where nothing does."""
    found = (value for at_, value in expanded_at(answer, expansion) if at_.startswith(f"{where}/"))
    return next(found, None)


PROBES = (Probe("expansion-agreement", ("EXP-09",), expandable, _needs, agreement, rank=3),)
