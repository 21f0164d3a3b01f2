"""WRT-02 and WRT-03: a PATCH changes what it names and may change, and nothing else; with `expand`, EXP-02 and EXP-03.

One property is changed alone, then all others, then the first is put back alone with forged values for what is
read-only, then the others. So each property is once not named while it has its old value, and once while it has the
other: what a server sets back to a default that nobody named shows, whatever the default is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.answers import Answer
from conformance.comparing import ABSENT, differences
from conformance.judging import observed, passed, quote, violated
from conformance.model import Expansion, Noticed, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.changes import forged, needed, one_cleared, other_values
from conformance.probes.expanded import replaced
from conformance.probes.reading import plain_read
from conformance.probes.writing import Write, has_json_body, read_only, reader_for, writable, write_of
from conformance.subject import Subject

EXPANDED = ("EXP-02", "EXP-03")
ALL = ("WRT-02", "WRT-03", *EXPANDED)
_TRIES = 3  # properties tried as the first one
_SHOWN = 5
_COST = 7  # the state, the list, three changes and what two of them left; most have more properties than one


class State(msgspec.Struct, frozen=True):
    """A write, the read that shows what it did, and what was shown at first."""

    write: Write
    reader: Call
    first: Answer

    def now(self) -> Steps[Answer]:
        """The resource as it is now."""
        return (yield from ask(self.reader.operation, self.reader.request(fresh=True)))

    def change(self, named: Mapping[str, Any], subject: Subject, query: str = "") -> Steps[Answer]:
        """A PATCH of what is named, and of what no body can do without."""
        request = self.write.request({**needed(self.write, self.first.json, subject), **named})
        return (
            yield from ask(self.write.call.operation, msgspec.structs.replace(request, target=request.target + query))
        )


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
    yield from untested(ALL, operation, Missing("no property was found that it changes"))


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
    return State(write, reader, before)


def _changed(name: str, changes: dict[str, Any], changed: Answer, state: State, subject: Subject) -> Steps[None]:
    """Judge the first change, make the others, and put back one part after the other."""
    old = {each: state.first.json[each] for each in changes}
    after = yield from state.now()
    yield from _only({name: changes[name]}, state.first, changed, after, state.write, subject)
    others = {each: value for each, value in changes.items() if each != name}
    others = one_cleared(others, state.write, state.first.json, subject)
    done = {name: changes[name]}
    if others:
        answer = yield from state.change(others, subject)
        if answer.ok:
            later = yield from state.now()
            yield from _only(others, after, answer, later, state.write, subject)
            after, done = later, done | others
    yield from _alone(done, changed, state, subject)
    yield from _put_back(name, {each: old[each] for each in done}, after, state, subject)


def _put_back(name: str, old: dict[str, Any], after: Answer, state: State, subject: Subject) -> Steps[None]:
    """The first property alone, with forged values for read-only ones; then the others, expanded where that is known.

    Where the forged values are refused, it goes back without them.
    """
    operation, first = state.write.call.operation, {name: old[name]}
    shown = after.json if isinstance(after.json, dict) else {}
    fixed = forged(operation, shown, read_only(operation, subject), subject)
    answer = yield from state.change({**first, **fixed}, subject)
    last = yield from state.now()
    yield from _read_only(fixed, answer, after, last)
    if not answer.ok:
        answer = yield from state.change(first, subject)
        last = (yield from state.now()) if answer.ok else last
    if answer.ok:
        yield from _only(first, after, answer, last, state.write, subject)
    rest = {each: old[each] for each in old if each != name or not answer.ok}
    expansion = _expansion(operation)
    if rest and not expansion:
        answer = yield from state.change(rest, subject)
    elif expansion:
        answer = yield from state.change(rest or first, subject, f"?expand={expansion.path}")
        yield from replaced(last, answer, expansion, subject)
        answer = answer if answer.ok else (yield from state.change(rest or first, subject))
    for requirement in EXPANDED:
        yield observed(answer, requirement, Verdict.NOT_APPLICABLE, "no link of the resource gives occasion")
    if not answer.ok:
        message = f"{state.reader.path}: {', '.join(old)} was changed and could not be put back"
        yield Noticed("cleanup", message, operation.key)


def _expansion(operation: Operation) -> Expansion | None:
    """What the answer to a change is asked to expand."""
    return next((each for each in operation.first_expansions if each.resolvable), None)


def _only(  # noqa: PLR0913 - the three states, and what was asked
    named: Mapping[str, Any], before: Answer, changed: Answer, after: Answer, write: Write, subject: Subject
) -> Iterator[Outcome]:
    """WRT-02: what is named has the new value, in the answer and in the next read; what is not named is as before."""
    found: list[tuple[str, str, Any, Any]] = []
    for answer, words in ((changed, "the answer does not show the change"), (after, "the change is not kept")):
        state = answer.json if isinstance(answer.json, dict) else {}
        for name, value in named.items():
            shown = state.get(name, ABSENT)
            if not (answer is changed and shown is ABSENT) and not _same(shown, value):
                found.append((words, f"/{name}", value, shown))
    others = {*writable(write.call.operation, subject)} - {*named, *needed(write, before.json, subject)}
    found += [
        (f"changing {', '.join(named)} changes another property", each.pointer, each.old, each.new)
        for each in differences(before.json, after.json)
        if each.first in others
    ]
    for words, pointer, expected, actual in found[:_SHOWN]:
        yield violated(
            changed,
            "WRT-02",
            words,
            expected=quote(expected),
            actual=quote(actual),
            pointer=pointer,
            also=(before, after),
        )
    if not found:
        yield passed(changed, "WRT-02")


def _same(shown: Any, value: Any) -> bool:
    """Whether a value is shown as it was sent; of an object what was sent counts, the rest the server may add."""
    if isinstance(shown, dict) and isinstance(value, dict):
        return all(_same(shown.get(name, ABSENT), each) for name, each in value.items())
    return not list(differences(value, shown))


def _alone(done: Mapping[str, Any], changed: Answer, state: State, subject: Subject) -> Steps[None]:
    """WRT-02: what was written is not found in other members of the collection, which had it not before.

    One value in one other member may be somebody else's doing, and is left alone.
    """
    call = _listing(state, subject)
    if call is None:
        return
    before = yield from ask(call.operation, call.request())
    after = yield from ask(call.operation, call.request(fresh=True))
    was = {item.get("url"): item for _, item in before.objects}
    was[state.first.json.get("url")] = {}
    touched: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for where, item in after.objects:
        old = was.get(item.get("url"), {})
        names = [each for each in done if each in old and each in item and not _same(old[each], done[each])]
        if names and all(_same(item[each], done[each]) for each in names):
            touched.append((where, {each: old[each] for each in names}, {each: item[each] for each in names}))
    where, old, new = max(touched, key=lambda each: len(each[2]), default=("", {}, {}))
    if len(touched) > 1 or len(new) > 1:
        message = "a PATCH of one thing changes another one too"
        also = (before, after)
        yield violated(changed, "WRT-02", message, expected=quote(old), actual=quote(new), pointer=where, also=also)
        yield Noticed(
            "cleanup", f"{call.path}: others than the one named were changed, and stay so", changed.operation.key
        )


def _listing(state: State, subject: Subject) -> Call | None:
    """The list of the collection that the resource is a member of."""
    reader = state.reader
    resource = subject.model.by_name.get(reader.operation.resource)
    lister = list_of(resource, subject) if resource and reader.operation.role is Role.ITEM else None
    if lister is None:
        return None
    headers = reader.headers if lister.user_header else ()
    return Call(lister, reader.path.rpartition("/")[0], headers=headers, identity=reader.identity)


def _read_only(fixed: Mapping[str, Any], answer: Answer, before: Answer, last: Answer) -> Iterator[Outcome]:
    """WRT-03: values for read-only properties are refused or without effect."""
    state, shown = (each.json if isinstance(each.json, dict) else {} for each in (before, last))
    taken = [each for each in fixed if shown.get(each, ABSENT) == fixed[each]]
    for each in taken:
        message = "a write changes a read-only property"
        was, new = quote(state[each]), quote(fixed[each])
        yield violated(answer, "WRT-03", message, expected=was, actual=new, pointer=f"/{each}", also=(before, last))
    if not fixed:
        yield observed(answer, "WRT-03", Verdict.NOT_APPLICABLE, "nothing that is read says that it is read-only")
    elif not last.ok:
        message = "after values for read-only properties were sent, the resource is gone"
        yield violated(answer, "WRT-03", message, expected="200", actual=str(last.status), also=(last,))
    elif not taken:
        yield passed(answer, "WRT-03")


PROBES = (Probe("update", ALL, _updates, _needs, update, writes=True),)
