"""WRT-02 and WRT-03: a PATCH changes what it names and may change, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.answers import Answer, below
from conformance.comparing import ABSENT, differences, told
from conformance.judging import observed, passed, quote, violated
from conformance.model import Noticed, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.harmless import stranger
from conformance.probes.reading import plain_read
from conformance.probes.writing import (
    Write,
    has_json_body,
    least,
    read_only,
    reader_for,
    writable,
    write_of,
)
from conformance.subject import Subject

ALL = ("WRT-02", "WRT-03")
_TRIES = 3  # properties tried one by one where they are refused together
_SHOWN = 5
_COST = 5  # the state, two changes and what each left


def _updates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and has_json_body(operation)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model)[:-1], Need(f"write {operation.key}", _COST, shared=False))


def update(operation: Operation, subject: Subject) -> Steps[None]:
    """Change all that can be changed, put one property back, then the rest together with values for read-only ones."""
    write = yield from write_of(operation, subject)
    reader = reader_for(write.call, subject) if isinstance(write, Write) else None
    if isinstance(write, Missing) or reader is None:
        missing = write if isinstance(write, Missing) else Missing("no operation reads what this one changes")
        yield from untested(ALL, operation, missing)
        return
    before = yield from ask(reader.operation, reader.request(fresh=True))
    if not before.ok or not isinstance(before.json, dict):
        yield from untested(ALL, operation, Missing(f"what is to be changed cannot be read: {before.status}"))
        return
    changes = _changes(write, before.json, subject)
    for named in [dict(changes), *({name: value} for name, value in changes[:_TRIES])] if changes else []:
        changed = yield from ask(operation, write.request({**_needed(write, before.json, subject), **named}))
        if changed.ok:
            yield from _followed(named, write, before, changed, reader, subject)
            return
    yield from untested(ALL, operation, Missing("no property was found that the operation changes"))


def _followed(  # noqa: PLR0913 - what was changed, and where it is seen
    named: dict[str, Any], write: Write, before: Answer, changed: Answer, reader: Call, subject: Subject
) -> Steps[None]:
    """Judge the change, put its first property back alone, judge that, and put the rest back with forged values."""
    after = yield from ask(reader.operation, reader.request(fresh=True))
    yield from _only(named, before, changed, after, write, subject)
    first = next(iter(named))
    if len(named) > 1 and isinstance(after.json, dict):
        needed = _needed(write, after.json, subject)
        back = yield from ask(write.call.operation, write.request({**needed, first: before.json[first]}))
        if back.ok:
            later = yield from ask(reader.operation, reader.request(fresh=True))
            yield from _only({first: before.json[first]}, after, back, later, write, subject)
            after = later
    yield from _read_only({name: before.json[name] for name in named}, write, before, after, reader, subject)


def _changes(write: Write, state: Mapping[str, Any], subject: Subject) -> list[tuple[str, Any]]:
    """Properties, each with another valid value than it has; plain ones first."""
    found: list[tuple[int, str, Any]] = []
    for name, schema in writable(write.call.operation, subject).items():
        if name not in state:
            continue
        for rank, value in _others(name, schema, state[name], write):
            body = {**_needed(write, state, subject), name: value}
            if value != state[name] and not subject.validators.request_body(
                write.call.operation, "application/json", body
            ):
                found.append((rank, name, value))
                break
    return _one_cleared([(name, value) for _, name, value in sorted(found, key=lambda each: each[0])], write, subject)


def _one_cleared(changes: list[tuple[str, Any]], write: Write, subject: Subject) -> list[tuple[str, Any]]:
    """The changes, but the last one that may be null is; never the first, which is what is put back alone."""
    known = writable(write.call.operation, subject)
    nullable = [name for name, value in changes[1:] if value is not None and "null" in known[name].get("type", ())]
    body = {**dict(changes), nullable[-1]: None} if nullable else {}
    if not body or subject.validators.request_body(write.call.operation, "application/json", body):
        return changes
    return [(name, body[name]) for name, _ in changes]


def _others(name: str, schema: Mapping[str, Any], old: Any, write: Write) -> Iterator[tuple[int, Any]]:
    """Candidates for another value, each with how unlikely it is to be refused (0 is best)."""
    if isinstance(old, bool):
        yield 0, not old
    elif "enum" in schema:
        yield from ((0, each) for each in schema["enum"] if each is not None)
    elif isinstance(old, str) and not {"format", "pattern"} & {*schema}:
        yield 1, f"{old} 2"[: schema.get("maxLength", 200)]
        yield 1, "another"
    elif isinstance(old, int | float):
        yield from ((1, old + step) for step in (1, -1))
    elif isinstance(old, dict):
        inner = schema.get("properties", {})
        for member, value in old.items():
            if isinstance(value, bool) and member in inner:
                yield 0, {**old, member: not value}
    sample = write.body.get(name) if isinstance(write.body, dict) else None
    yield from ((3, each) for each in write.links.get(name, ()))
    if sample is not None and name not in write.links:
        yield 4, sample


def _needed(write: Write, state: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """What a body cannot do without, as it is now."""
    small = least(write, subject)
    return {name: state.get(name, value) for name, value in small.items()} if isinstance(small, dict) else {}


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
    others = {*writable(write.call.operation, subject)} - {*named, *_needed(write, before.json, subject)}
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
            actual=quote(told(actual)),
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


def _read_only(  # noqa: PLR0913 - what was changed, and where it is seen
    old: dict[str, Any], write: Write, before: Answer, after: Answer, reader: Call, subject: Subject
) -> Steps[None]:
    """WRT-03: values for read-only properties are refused or without effect; the old values go back with them."""
    operation = write.call.operation
    state = after.json if isinstance(after.json, dict) else {}
    fixed = _forged(operation, state, read_only(operation, subject), subject)
    back = {**_needed(write, before.json, subject), **old}
    answer = yield from ask(operation, write.request({**back, **fixed}))
    last = yield from ask(reader.operation, reader.request(fresh=True))
    shown = last.json if isinstance(last.json, dict) else {}
    taken = [each for each in fixed if shown.get(each, ABSENT) == fixed[each]]
    for each in taken:
        message = "a write changes a read-only property"
        was, new = quote(told(state[each])), quote(fixed[each])
        yield violated(answer, "WRT-03", message, expected=was, actual=new, pointer=f"/{each}", also=(after, last))
    if not fixed:
        yield observed(answer, "WRT-03", Verdict.NOT_APPLICABLE, "nothing that is read says that it is read-only")
    elif not last.ok:
        message = "after values for read-only properties were sent, the resource is gone"
        yield violated(answer, "WRT-03", message, expected="200", actual=str(last.status), also=(last,))
    elif not taken:
        yield passed(answer, "WRT-03")
    if not answer.ok:
        answer = yield from ask(operation, write.request(back))
    if not answer.ok:
        names = ", ".join(old)
        yield Noticed("cleanup", f"{reader.path}: {names} was changed and could not be put back", operation.key)


def _forged(operation: Operation, state: Mapping[str, Any], names: frozenset[str], subject: Subject) -> dict[str, Any]:
    """Another value for each read-only property that is shown, of the type that it has."""
    resource = subject.model.by_name.get(operation.resource)
    key = stranger(operation, subject, resource.prefix if resource else "")
    found: dict[str, Any] = {}
    for name in sorted(names & {*state}):
        value = state[name]
        if isinstance(value, bool):
            found[name] = not value
        elif isinstance(value, int | float):
            found[name] = value + 1
        elif isinstance(value, str):
            found[name] = _other_text(name, value, key, subject)
    return {name: value for name, value in found.items() if value != state[name]}


def _other_text(name: str, value: str, key: str, subject: Subject) -> str:
    if below(subject.target.base_url, value) is not None:
        return f"{value.rpartition('/')[0]}/{key}"
    if name == "id":
        return key
    return "2001-01-01T00:00:00Z" if value[:4].isdigit() and "T" in value else "another"


PROBES = (Probe("update", ALL, _updates, _needs, update, writes=True),)
