"""WRT-01 to WRT-04 and WRT-07: what is written is what is read, and nothing else changes."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from conformance.answers import Answer, below, reader_of, urls_at
from conformance.comparing import ABSENT, Difference, at, differences, told
from conformance.judging import observed, passed, quote, violated
from conformance.link_header import BLANK, LinkSyntaxError, by_rel, parse
from conformance.model import KeyKind, Noticed, Operation, Outcome, Request, ResourceModel, Role, TargetKind, Verdict
from conformance.probes.arguments import Call, Missing, call_of, calls_of, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.harmless import stranger
from conformance.probes.reading import plain_read
from conformance.probes.writing import (
    Write,
    address,
    clean,
    has_json_body,
    least,
    read_only,
    reader_for,
    writable,
    write_of,
)  # fmt: skip
from conformance.subject import Subject

CREATED = ("WRT-01", "WRT-04", "WRT-07")
UPDATED = ("WRT-02", "WRT-03")
_PAGES = 8  # of a list, walked to find what is new
_TRIES = 3  # properties tried before an operation counts as one that changes nothing
_SHOWN = 5


def _creates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.CREATE and has_json_body(operation)


def _updates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and has_json_body(operation)


def _deletes(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.DELETE


def _needs(count: int) -> Any:
    return lambda operation, model: (
        *plain_read(operation, model)[:-1],
        Need(f"write {operation.key}", count, shared=False),
    )


def create(operation: Operation, subject: Subject) -> Steps[None]:
    """Make one, read it, find it in its list and at its owner, delete it where that can be done."""
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(CREATED, operation, write)
        return
    made = yield from _accepted(write, subject)
    if made is None:
        yield from untested(CREATED, operation, Missing("no body made from the description is accepted"))
        return
    yield from _reads_back(made, subject)
    yield from _is_listed(write, made, subject)
    gone = yield from clean(made, subject)
    if gone is not None and gone.ok:
        yield from _is_gone(gone)
    for requirement in CREATED:
        yield observed(made, requirement, Verdict.NOT_APPLICABLE, "what was made can be read nowhere")


def _accepted(write: Write, subject: Subject) -> Steps[Answer | None]:
    """The answer to the whole body, else to the least one, else to one of another name where the name is the key."""
    small = least(write, subject)
    bodies = [write.body] if small == write.body else [write.body, small]
    resource = subject.model.by_name.get(write.call.operation.resource)
    field = resource.key_field if resource and resource.key_kind is KeyKind.NAME else ""
    names = writable(write.call.operation, subject).get(field, {}).get("enum", ())
    for body in (*bodies, *({**write.body, field: name} for name in names if name != write.body.get(field))):
        answer = yield from ask(write.call.operation, write.request(body))
        if answer.ok:
            return answer
    return None


def _reads_back(made: Answer, subject: Subject) -> Steps[None]:
    """WRT-01: GET of the new resource gives what POST answered."""
    path = address(made, subject)
    reader = reader_of(path, subject.model) if path else None
    if reader is None:
        return
    request = Request(reader.key, "GET", path, fresh=True)
    read = yield from ask(reader, request)
    if not read.ok:
        message = "what was just created cannot be read"
        yield violated(made, "WRT-01", message, expected="200", actual=str(read.status), also=(read,))
        return
    found = list(_common(made.json, read.json, same=_same_schema(made, reader)))
    if found:
        again = yield from ask(reader, request)
        found = [each for each in found if at(again.json, each.pointer) == each.new]
    yield from _told(made, "WRT-01", "what POST answers is not what GET reads", found, (read,))


def _same_schema(made: Answer, reader: Operation) -> bool:
    return bool(made.operation.item_schema) and made.operation.item_schema == reader.item_schema


def _common(old: Any, new: Any, *, same: bool) -> Iterator[Difference]:
    """How two bodies differ; where their schemas are not the same, in what both hold and in the same form."""
    for each in differences(old, new):
        absent = each.old is ABSENT or each.new is ABSENT
        other_form = isinstance(each.old, dict | list) is not isinstance(each.new, dict | list)
        if same or not (absent or other_form):
            yield each


def _told(
    answer: Answer, requirement: str, message: str, found: list[Difference], also: tuple[Answer, ...]
) -> Iterator[Outcome]:
    if not found:
        yield passed(answer, requirement)
    for each in found[:_SHOWN]:
        yield violated(
            answer,
            requirement,
            message,
            expected=quote(told(each.old)),
            actual=quote(told(each.new)),
            pointer=each.pointer,
            also=also,
        )


def _is_listed(write: Write, made: Answer, subject: Subject) -> Steps[None]:
    """WRT-07: the list of the collection shows it, and so does the owner's list of links."""
    path, operation = address(made, subject), write.call.operation
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if not path or lister is None:
        return
    answer = yield from _page_with(lister, write.call, path, subject)
    if answer.ok and not _shows(answer, path, subject):
        message = "the list does not show what was just created"
        yield violated(made, "WRT-07", message, expected=path, also=(answer,))
    elif answer.ok:
        yield passed(made, "WRT-07")
        yield from _at_its_owner(made, path, subject)


def _page_with(lister: Operation, call: Call, path: str, subject: Subject) -> Steps[Answer]:
    """The page of a list that shows a path, else the last one walked."""
    size = lister.pagination.size if lister.pagination else ""
    query = "?" + urlencode({size: lister.pagination.max_size}) if size and lister.pagination else ""
    headers = call.headers if lister.user_header else ()
    request = Request(lister.key, "GET", call.path + query, headers, identity=call.identity, fresh=True)
    answer = yield from ask(lister, request)
    for _ in range(_PAGES):
        following = _next(answer, subject)
        if _shows(answer, path, subject) or not following:
            break
        answer = yield from ask(lister, msgspec.structs.replace(request, target=following))
    return answer


def _next(answer: Answer, subject: Subject) -> str | None:
    response = answer.exchange.response
    try:
        links = by_rel(parse((response.header("link") if response else None) or ""))
    except LinkSyntaxError:
        return None
    url = links.get("next", BLANK)
    return None if url == BLANK else below(subject.target.base_url, url)


def _shows(answer: Answer, path: str, subject: Subject) -> bool:
    urls = (item.get("url") for _, item in answer.objects)
    return any(isinstance(url, str) and below(subject.target.base_url, url) == path for url in urls)


def _at_its_owner(made: Answer, path: str, subject: Subject) -> Steps[None]:
    """The person whose it is names it, where people have links to things of this kind."""
    people = subject.model.by_name.get(subject.model.principal)
    wanted = [k for k in (people.links if people else ()) if k.many and k.targets == (made.operation.resource,)]
    own = subject.model.by_name.get(made.operation.resource)
    owner = next((k for k in (own.links if own else ()) if people and k.targets == (people.name,) and not k.many), None)
    urls = [url for _, item in made.objects for _, url in urls_at(item, owner)] if owner else []
    target = below(subject.target.base_url, urls[0]) if urls else None
    reader = reader_of(target, subject.model) if target else None
    if not wanted or reader is None or target is None:
        return
    answer = yield from ask(reader, Request(reader.key, "GET", target, fresh=True))
    shown = {below(subject.target.base_url, url) for _, item in answer.objects for _, url in urls_at(item, wanted[0])}
    if answer.ok and path not in shown:
        message = f"its owner's {wanted[0].path} does not name what was just created"
        yield violated(made, "WRT-07", message, expected=path, pointer=f"/{wanted[0].path}", also=(answer,))


def _is_gone(gone: Answer) -> Steps[None]:
    """WRT-04: after a DELETE neither GET nor DELETE finds it."""
    request, operation = gone.exchange.request, gone.operation
    reader = msgspec.structs.replace(operation, key=f"GET {operation.path}", method="GET")
    read = yield from ask(operation, msgspec.structs.replace(request, operation=reader.key, method="GET", fresh=True))
    again = yield from ask(operation, request)
    right = True
    for answer, what in ((read, "GET after DELETE"), (again, "a second DELETE")):
        if answer.status != 404 and not (answer is read and answer.status == 405):
            right = False
            message = f"{what} does not give 404"
            yield violated(again, "WRT-04", message, expected="404", actual=str(answer.status), also=(gone, read))
    if right:
        yield passed(again, "WRT-04")


def delete(operation: Operation, subject: Subject) -> Steps[None]:
    """WRT-04 where nothing can be created first: only on the built-in server, whose things are nobody's."""
    if subject.target.kind is not TargetKind.BUILTIN:
        yield from untested(("WRT-04",), operation, Missing("only what a run created is deleted"))
        return
    calls = yield from calls_of(operation, subject, 3)
    if not calls:
        missing = yield from call_of(operation, subject)
        yield from untested(("WRT-04",), operation, missing if isinstance(missing, Missing) else Missing("no call"))
        return
    gone = yield from ask(operation, calls[-1].request())
    if gone.ok:
        yield from _is_gone(gone)
    else:
        yield observed(gone, "WRT-04", Verdict.INCONCLUSIVE, f"the first DELETE answers {gone.status}")


def update(operation: Operation, subject: Subject) -> Steps[None]:
    """Change one property, then try to change what is read-only while putting the old value back."""
    write = yield from write_of(operation, subject)
    reader = reader_for(write.call, subject) if isinstance(write, Write) else None
    if isinstance(write, Missing) or reader is None:
        missing = write if isinstance(write, Missing) else Missing("no operation reads what this one changes")
        yield from untested(UPDATED, operation, missing)
        return
    before = yield from ask(reader.operation, reader.request(fresh=True))
    if not before.ok or not isinstance(before.json, dict):
        reason = f"what is to be changed cannot be read: {before.status}"
        yield from untested(UPDATED, operation, Missing(reason))
        return
    for name, value in _changes(write, before.json, subject)[:_TRIES]:
        body = {**_needed(write, before.json, subject), name: value}
        changed = yield from ask(operation, write.request(body))
        if changed.ok:
            after = yield from ask(reader.operation, reader.request(fresh=True))
            yield from _only(name, value, before, changed, after, write, subject)
            yield from _read_only(name, write, before, after, reader, subject)
            return
    yield from untested(UPDATED, operation, Missing("no property was found that the operation changes"))


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
    return [(name, value) for _, name, value in sorted(found, key=lambda each: each[0])]


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
    name: str, value: Any, before: Answer, changed: Answer, after: Answer, write: Write, subject: Subject
) -> Iterator[Outcome]:
    """WRT-02: what is named has the new value, in the answer and in the next read; what is not named is as before."""
    found: list[tuple[str, str, Any, Any]] = []
    for answer, words in ((changed, "the answer does not show the change"), (after, "the change is not kept")):
        shown = answer.json.get(name, ABSENT) if isinstance(answer.json, dict) else ABSENT
        if not (answer is changed and shown is ABSENT) and not _same(shown, value):
            found.append((words, f"/{name}", value, shown))
    others = {*writable(write.call.operation, subject)} - {name, *_needed(write, before.json, subject)}
    found += [
        (f"changing {name} changes another property", each.pointer, each.old, each.new)
        for each in differences(before.json, after.json)
        if each.first in others
    ]
    for words, pointer, expected, actual in found[:_SHOWN]:
        yield violated(
            changed, "WRT-02", words,
            expected=quote(expected), actual=quote(told(actual)), pointer=pointer, also=(before, after),
        )  # fmt: skip
    if not found:
        yield passed(changed, "WRT-02")


def _same(shown: Any, value: Any) -> bool:
    """Whether a value is shown as it was sent; of an object what was sent counts, the rest the server may add."""
    if isinstance(shown, dict) and isinstance(value, dict):
        return all(_same(shown.get(name, ABSENT), each) for name, each in value.items())
    return not list(differences(value, shown))


def _read_only(  # noqa: PLR0913 - what was changed, and where it is seen
    name: str, write: Write, before: Answer, after: Answer, reader: Call, subject: Subject
) -> Steps[None]:
    """WRT-03: values for read-only properties are refused or without effect; the old value of `name` goes back."""
    operation = write.call.operation
    fixed = _forged(operation, after.json, read_only(operation, subject), subject)
    back = {**_needed(write, before.json, subject), name: before.json[name]}
    answer = yield from ask(operation, write.request({**back, **fixed}))
    last = yield from ask(reader.operation, reader.request(fresh=True))
    if not fixed:
        yield observed(answer, "WRT-03", Verdict.NOT_APPLICABLE, "nothing that is read says that it is read-only")
    elif not last.ok:
        message = "after values for read-only properties were sent, the resource is gone"
        yield violated(answer, "WRT-03", message, expected="200", actual=str(last.status), also=(last,))
    else:
        shown = last.json if isinstance(last.json, dict) else {}
        taken = [each for each in fixed if shown.get(each, ABSENT) == fixed[each]]
        for each in taken:
            message = "a write changes a read-only property"
            old, new = quote(told(after.json[each])), quote(fixed[each])
            yield violated(
                answer, "WRT-03", message, expected=old, actual=new, pointer=f"/{each}", also=(after, last)
            )  # fmt: skip
        if not taken:
            yield passed(answer, "WRT-03")
    if not answer.ok:
        answer = yield from ask(operation, write.request(back))
    if not answer.ok:
        yield Noticed("cleanup", f"{reader.path}: {name} was changed and could not be put back", operation.key)


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


def _unmade(operation: Operation, model: ResourceModel) -> bool:
    """Whether it deletes what no operation creates."""
    collection = operation.path.rpartition("/")[0]
    return _deletes(operation, model) and not any(
        o.role is Role.CREATE and o.path == collection for o in model.operations
    )


PROBES = (
    Probe("create", CREATED, _creates, _needs(8), create, writes=True),
    Probe("update", UPDATED, _updates, _needs(6), update, writes=True),
    Probe("delete", ("WRT-04",), _unmade, _needs(3), delete, writes=True),
)
