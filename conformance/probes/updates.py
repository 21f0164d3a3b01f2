"""WRT-02 and WRT-03: a PATCH changes what it names and may change, and nothing else; with `expand`, EXP-02 and EXP-03.

One property is changed alone, then all others, then the first is put back alone with forged values for what is
read-only, then the others. So each property is once not named while it has its old value, and once while it has the
other: what a server sets back to a default that nobody named shows, whatever the default is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.answers import Answer, below
from conformance.comparing import ABSENT, differences
from conformance.judging import observed, passed, quote, violated, without
from conformance.model import Expansion, Noticed, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.changes import forged, needed, one_cleared, other_values, put_back
from conformance.probes.deletions import GONE
from conformance.probes.expanded import replaced
from conformance.probes.kept import lost
from conformance.probes.reading import plain_read
from conformance.probes.writing import Write, has_json_body, read_only, reader_for, writable, write_of
from conformance.subject import Subject

EXPANDED = ("EXP-02", "EXP-03")
ALL = ("WRT-02", "WRT-03", *EXPANDED)
_TRIES = 3  # properties tried as the first one
_SHOWN = 5
_COST = 8  # from five, where there is one property, to ten


class State(msgspec.Struct, frozen=True):
    """A write, the read that shows what it did, and what was shown before it: the resource, and its list if any."""

    write: Write
    reader: Call
    first: Answer
    around: Answer | None

    @property
    def operation(self) -> Operation:
        """The PATCH."""
        return self.write.call.operation

    def now(self) -> Steps[Answer]:
        """The resource as it is now."""
        return (yield from ask(self.reader.operation, self.reader.request(fresh=True)))

    def change(self, named: Mapping[str, Any], subject: Subject, *query: tuple[str, str]) -> Steps[Answer]:
        """A PATCH of what is named, and of what no body can do without."""
        body = {**needed(self.write, self.first.json, subject), **named}
        target = self.write.call.request(*query).target
        request = msgspec.structs.replace(self.write.request(body), target=target)
        return (yield from ask(self.operation, request))


def _updates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and has_json_body(operation)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model)[:-1], Need(f"write {operation.key}", _COST, shared=False))


def update(operation: Operation, subject: Subject) -> Steps[None]:
    """Change all that can be changed, in two steps, and put it back in two."""
    found = yield from _state(operation, subject)
    if isinstance(found, Missing):
        yield from untested(ALL, operation, found)
        return
    changes = other_values(found.write, found.first.json, subject)
    for name in [*changes][:_TRIES]:
        changed = yield from found.change({name: changes[name]}, subject)
        if changed.ok:
            yield from _changed(name, changes, changed, found, subject)
            return
        if changed.status >= 500 or not changed.status:  # it may have been done all the same
            yield from put_back(found.write, [name], found.first, (yield from found.now()), subject)
    yield from untested(ALL, operation, Missing("no property was found that the operation changes"))


def _state(operation: Operation, subject: Subject) -> Steps[State | Missing]:
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        return write
    reader = reader_for(write.call, subject)
    if reader is None:
        return Missing("no operation reads what this one changes")
    before = yield from ask(reader.operation, reader.request(fresh=True))
    if not before.ok or not isinstance(before.json, dict):
        return Missing(f"what is to be changed cannot be read: {before.status}")
    call = _listing(reader, subject)
    around = (yield from ask(call.operation, call.request(fresh=True))) if call else None
    return State(write, reader, before, around)


def _listing(reader: Call, subject: Subject) -> Call | None:
    """The list of the collection that the resource is a member of."""
    resource = subject.model.by_name.get(reader.operation.resource)
    lister = list_of(resource, subject) if resource and reader.operation.role is Role.ITEM else None
    if lister is None:
        return None
    headers = reader.headers if lister.user_header else ()
    return Call(lister, reader.path.rpartition("/")[0], headers=headers, identity=reader.identity)


def _changed(name: str, changes: dict[str, Any], changed: Answer, state: State, subject: Subject) -> Steps[None]:
    """Judge the first change, make the others, and put back one part after the other."""
    after = yield from state.now()
    after = yield from _only({name: changes[name]}, state.first, changed, after, state, subject)
    others = {each: value for each, value in changes.items() if each != name}
    others = one_cleared(others, state.write, state.first.json, subject)
    done = {name: changes[name]}
    if others:
        answer = yield from state.change(others, subject)
        later = yield from state.now()
        if answer.ok:
            later = yield from _only(others, after, answer, later, state, subject)
            done |= others
        after = later
    yield from _alone(done, changed, state, subject)
    last = yield from _forged(name, after, state, subject)
    yield from put_back(state.write, [*changes], state.first, last, subject)
    yield from _expanded(name, state, subject)


def _forged(name: str, after: Answer, state: State, subject: Subject) -> Steps[Answer]:
    """The first property goes back alone, with forged values for read-only ones; the state then.

    Where the forged values are refused, it goes back without them.
    """
    first = {name: state.first.json[name]}
    shown = after.json if isinstance(after.json, dict) else {}
    fixed = forged(state.operation, shown, read_only(state.operation, subject), subject)
    answer = yield from state.change({**first, **fixed}, subject)
    last = yield from state.now()
    yield from _read_only(fixed, answer, after, last)
    if not answer.ok:
        answer = yield from state.change(first, subject)
        last = yield from state.now()
    if answer.ok:
        last = yield from _only(first, after, answer, last, state, subject)
    return last


def _expanded(name: str, state: State, subject: Subject) -> Steps[None]:
    """EXP-02 and EXP-03 of the answer to a change that changes nothing any more."""
    known = writable(state.operation, subject)
    expansions = (each for each in state.operation.first_expansions if each.resolvable and not each.parent)
    expansion = next((each for each in expansions if each.path.partition(".")[0] not in known), None)
    if expansion is not None:
        yield from _asked_to_expand(expansion, {name: state.first.json[name]}, state, subject)
    for requirement in EXPANDED:
        yield without(requirement, state.operation.key, Verdict.NOT_APPLICABLE, "no link gives occasion")


def _asked_to_expand(expansion: Expansion, named: Mapping[str, Any], state: State, subject: Subject) -> Steps[None]:
    plain = yield from state.now()
    answer = yield from state.change(named, subject, ("expand", expansion.path))
    if answer.ok or (yield from state.change(named, subject)).ok:
        yield from replaced(plain, answer, expansion, subject)


def _only(  # noqa: PLR0913 - the three states, and what was asked
    named: Mapping[str, Any], before: Answer, changed: Answer, after: Answer, state: State, subject: Subject
) -> Steps[Answer]:
    """WRT-02: what is named has the new value, in the answer and in the next read; what is not named is as before.

    What one more read shows no longer is no violation: it came late, or changes by itself. Gives the last read.
    """
    if not (before.ok and after.ok):
        reason = f"what a change did cannot be read: {after.status if before.ok else before.status}"
        yield observed(changed, "WRT-02", Verdict.INCONCLUSIVE, reason, also=(before, after))
        return after
    found = list(_wrong(named, before, changed, after, state, subject))
    if found:
        after = yield from state.now()
        found = [each for each in _wrong(named, before, changed, after, state, subject) if each in found]
    for words, pointer, expected, actual in found[:_SHOWN]:
        also = (before, after)
        yield violated(
            changed, "WRT-02", words, expected=quote(expected), actual=quote(actual), pointer=pointer, also=also
        )
    if not found:
        yield passed(changed, "WRT-02")
    return after


def _wrong(  # noqa: PLR0913 - see _only
    named: Mapping[str, Any], before: Answer, changed: Answer, after: Answer, state: State, subject: Subject
) -> Iterator[tuple[str, str, Any, Any]]:
    """In words, where, what is expected, and what is there."""
    for answer, words in ((changed, "the answer does not show the change"), (after, "the change is not kept")):
        members = answer.json if isinstance(answer.json, dict) else {}
        for name, value in named.items():
            shown = members.get(name, ABSENT)
            if not (answer is changed and shown is ABSENT) and not _same(shown, value):
                yield words, f"/{name}", value, shown
    others = {*writable(state.operation, subject)} - {*named, *needed(state.write, before.json, subject)}
    for each in differences(before.json, after.json):
        if each.first in others:
            yield f"changing {', '.join(named)} changes another property", each.pointer, each.old, each.new


def _same(shown: Any, value: Any) -> bool:
    """Whether a value is shown as it was sent, as far as a server may not write it otherwise."""
    return shown is None if value is None else not any(lost({"": value}, {"": shown}))


def _alone(done: Mapping[str, Any], changed: Answer, state: State, subject: Subject) -> Steps[None]:
    """WRT-02: what was written is not found in other members of the collection, which had it not before.

    One value in one other member may be somebody else's doing, and is left alone.
    """
    call = _listing(state.reader, subject)
    if call is None or state.around is None:
        return
    after = yield from ask(call.operation, call.request(fresh=True))
    was = {item.get("url"): item for _, item in state.around.objects}
    touched: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for where, item in after.objects:
        old = {} if _is_own(item, state, subject) else was.get(item.get("url"), {})
        names = [each for each in done if each in old and each in item and not _same(old[each], done[each])]
        if names and all(_same(item[each], done[each]) for each in names):
            touched.append((where, {each: old[each] for each in names}, {each: item[each] for each in names}))
    where, old, new = max(touched, key=lambda each: len(each[2]), default=("", {}, {}))
    if len(new) > 1 or len(touched) > 1:
        message, also = "a PATCH of one thing changes another one too", (state.around, after)
        yield violated(changed, "WRT-02", message, expected=quote(old), actual=quote(new), pointer=where, also=also)
        notice = f"{call.path}: others than the one named were changed, and stay so"
        yield Noticed("cleanup", notice, changed.operation.key)


def _is_own(item: Mapping[str, Any], state: State, subject: Subject) -> bool:
    url = item.get("url")
    path = below(subject.target.base_url, url) if isinstance(url, str) else None
    return (path or "").rstrip("/") == state.reader.path.rstrip("/") or item.get("id") == state.first.json.get("id", "")


def _read_only(fixed: Mapping[str, Any], answer: Answer, before: Answer, last: Answer) -> Iterator[Outcome | Noticed]:
    """WRT-03: values for read-only properties are refused or without effect."""
    old, shown = (each.json if isinstance(each.json, dict) else {} for each in (before, last))
    taken = [each for each in fixed if answer.ok and shown.get(each, ABSENT) == fixed[each]]
    for each in taken:
        message = "a write changes a read-only property"
        was, new = quote(old[each]), quote(fixed[each])
        yield violated(answer, "WRT-03", message, expected=was, actual=new, pointer=f"/{each}", also=(before, last))
    if not fixed:
        yield observed(answer, "WRT-03", Verdict.NOT_APPLICABLE, "nothing that is read says that it is read-only")
    elif last.status in GONE:
        message = "after values for read-only properties were sent, the resource is gone"
        yield violated(answer, "WRT-03", message, expected="200", actual=str(last.status), also=(last,))
    elif not last.ok:
        reason = f"what forged values did cannot be read: {last.status}"
        yield observed(answer, "WRT-03", Verdict.INCONCLUSIVE, reason, also=(last,))
    elif not taken:
        yield passed(answer, "WRT-03")
    if taken:
        yield Noticed("cleanup", f"{', '.join(taken)} was forged, and stays so", answer.operation.key)


PROBES = (Probe("update", ALL, _updates, _needs, update, writes=True),)
