"""WRT-01, WRT-04 and WRT-07: what is created is read, listed, and gone when it is deleted."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.answers import Answer, below, parsed, path_of, reader_of, urls_at
from conformance.comparing import ABSENT, Difference, at, differences
from conformance.judging import observed, passed, violated
from conformance.model import Effect, KeyKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, UnsafeRequest, ask
from conformance.probes.deletions import is_gone, is_gone_alone, look, there
from conformance.probes.differing import differing
from conformance.probes.kept import lost
from conformance.probes.listed import first_of, page_with, shows
from conformance.probes.reading import plain_read
from conformance.probes.writing import (
    Write,
    address,
    clean,
    contrary,
    created_and_deleted,
    deleter_of,
    has_json_body,
    least,
    writable,
    write_of,
)  # fmt: skip
from conformance.subject import Subject

ALL = ("WRT-01", "WRT-04", "WRT-07")
_SHOWN = 5


def _creates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.CREATE and has_json_body(operation)


def _create_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """The write, what it made, its list; where it can be undone, two more of its kind, and looks at what is gone."""
    resource = model.by_name.get(operation.resource)
    paths = {each.role: each.path for each in model.operations if resource and each.resource == resource.name}
    count = 2 + (Role.ITEM in paths) + (Role.LIST in paths) + 14 * (Role.DELETE in paths)
    return (*plain_read(operation, model)[:-1], Need(f"write {operation.key}", count, shared=False))


def _requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """What is made and deleted again; a parent too, where one can be made."""
    makes = _maker_of_parent(operation, model)
    above = created_and_deleted(makes, model) if makes else ()
    return (*created_and_deleted(operation, model), *above)


def _maker_of_parent(operation: Operation, model: ResourceModel) -> Operation | None:
    parents = operation.path.rpartition("/")[0].rpartition("/")[0]
    makes = next((o for o in model.operations if o.role is Role.CREATE and o.path == parents != ""), None)
    return makes if makes and makes.effect is Effect.WRITE else None


def create(operation: Operation, subject: Subject) -> Steps[None]:
    """Make one, read it, find it in its list and at its owner, delete it where that can be done."""
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(ALL, operation, write)
        return
    first = yield from _first(write, subject)
    made = yield from _accepted(write, subject)
    above = (yield from _above(operation, subject)) if made is None else None
    if above is not None:
        path = f"{address(above, subject)}/{operation.path.rpartition('/')[2]}"
        room = msgspec.structs.replace(write.call, path=path)
        made = yield from _accepted(msgspec.structs.replace(write, call=room), subject)
    if made is None:
        yield from untested(ALL, operation, Missing("no body made from the description is accepted"))
    else:
        yield from _lives(made, first, operation, subject)
    if above is not None:
        yield from clean(above, subject)


def _first(write: Write, subject: Subject) -> Steps[str]:
    """Where the first thing of the kind lives before one is made; empty where none is known or none can be deleted."""
    resource = subject.model.by_name.get(write.call.operation.resource)
    lister = list_of(resource, subject) if resource else None
    known = (yield from first_of(lister, write.call.request(), subject)) if lister else ""
    return known if deleter_of(known, subject) else ""


def _lives(made: Answer, first: str, operation: Operation, subject: Subject) -> Steps[None]:
    """From its first read to what is left of it; where it can be deleted, another one stands beside it."""
    yield from _reads_back(made, subject)
    deleted = deleter_of(address(made, subject), subject) is not None
    beside = (yield from _another(operation, subject, "beside", otherwise=True)) if deleted else None
    yield from _is_listed(made, subject)
    if beside is not None:
        yield from _reads_back(beside, subject)
        yield from _is_listed(beside, subject)
    others = [address(beside, subject)] if beside else []
    known = (yield from there(first, subject)) if deleted and first else None
    others += [first] if known is not None and known.ok else []
    gone = yield from clean(made, subject)
    if gone is not None and gone.ok:
        yield from is_gone(gone)
        yield from is_gone_alone(gone, made, others, subject)
        yield from _stays_gone(gone, operation, subject)
    if beside is not None:
        yield from clean(beside, subject)
    for requirement in ALL:
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


def _above(operation: Operation, subject: Subject) -> Steps[Answer | None]:
    """A new parent, below which there is room for anything; None where none can be made."""
    makes = _maker_of_parent(operation, subject.model)
    write = (yield from write_of(makes, subject, "above")) if makes else None
    answer = (yield from ask(write.call.operation, write.request(write.body))) if isinstance(write, Write) else None
    return answer if answer is not None and answer.ok and address(answer, subject) else None


def _reads_back(made: Answer, subject: Subject) -> Steps[None]:
    """WRT-01: GET of the new resource gives what was sent, and what POST answered."""
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
    found = [*_common(made.json, read.json, same=_same_schema(made, reader)), *lost(_sent(made), read.json)]
    if found:
        again = yield from ask(reader, request)
        found = [each for each in found if at(again.json, each.pointer) == each.new]
    message = "what was sent, or what POST answers, is not what GET reads"
    yield from differing(made, "WRT-01", message, found, (read,), shown=_SHOWN)


def _sent(made: Answer) -> Any:
    return parsed(made.exchange.request.body)


def _same_schema(made: Answer, reader: Operation) -> bool:
    return bool(made.operation.item_schema) and made.operation.item_schema == reader.item_schema


def _common(old: Any, new: Any, *, same: bool) -> Iterator[Difference]:
    """How two bodies differ; where their schemas are not the same, in what both hold and in the same form."""
    for each in differences(old, new):
        absent = each.old is ABSENT or each.new is ABSENT
        other_form = isinstance(each.old, dict | list) is not isinstance(each.new, dict | list)
        if same or not (absent or other_form):
            yield each


def _is_listed(made: Answer, subject: Subject) -> Steps[None]:
    """WRT-07: the list of the collection shows it, and so does the owner's list of links."""
    path, operation = address(made, subject), made.operation
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if not path or lister is None:
        return
    answer = yield from page_with(lister, made.exchange.request, path, subject)
    if answer.ok and not shows(answer, path, subject):
        message = "the list does not show what was just created"
        yield violated(made, "WRT-07", message, expected=path, also=(answer,))
    elif answer.ok:
        yield passed(made, "WRT-07")
        yield from _at_its_owner(made, path, subject)


def _at_its_owner(made: Answer, path: str, subject: Subject) -> Steps[None]:
    """What it is linked to names it too, where that has links to things of this kind."""
    own = subject.model.by_name.get(made.operation.resource)
    for link in own.links if own else ():
        owner = subject.model.by_name.get(link.targets[0]) if len(link.targets) == 1 and not link.own else None
        back = next(
            (k for k in (owner.links if owner else ()) if k.many and k.targets == (made.operation.resource,)), None
        )
        urls = [url for _, item in made.objects for _, url in urls_at(item, link)] if back else []
        target = below(subject.target.base_url, urls[0]) if urls else None
        reader = reader_of(target, subject.model) if target else None
        if back is None or reader is None or target is None:
            continue
        answer = yield from ask(reader, Request(reader.key, "GET", target, fresh=True))
        shown = [url for _, item in answer.objects for _, url in urls_at(item, back)]
        if answer.ok and path not in {below(subject.target.base_url, url) for url in shown}:
            message = f"{back.path} of what it is linked to by {link.path} does not name what was just created"
            yield violated(made, "WRT-07", message, expected=path, pointer=f"/{link.path}", also=(answer,))
        return


def _another(operation: Operation, subject: Subject, mark: str, *, otherwise: bool = False) -> Steps[Answer | None]:
    """One more of a kind that can be deleted, with other values if those are taken; None where it is refused."""
    write = yield from write_of(operation, subject, mark)
    if isinstance(write, Missing):
        return None
    for body in (contrary(write, subject), write.body) if otherwise else (write.body,):
        answer = yield from ask(operation, write.request(body))
        if answer.ok:
            return answer
    return None


def _stays_gone(gone: Answer, operation: Operation, subject: Subject) -> Steps[None]:
    """WRT-04: another one of its kind does not bring it back."""
    another = yield from _another(operation, subject, "after")
    if another is None:
        return
    read = yield from look(gone)
    if read.ok and address(another, subject) != path_of(gone.exchange.request.target):
        message = "what was deleted is back once another one is created"
        yield violated(gone, "WRT-04", message, expected="404", actual=str(read.status), also=(another, read))
    yield from clean(another, subject)


PROBES = (Probe("create", ALL, _creates, _create_needs, create, writes=True, sends=_requests),)
