"""WRT-01, WRT-04 and WRT-07: what is created can be read, is listed, and is gone once it is deleted."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.evidence.differences import ABSENT, Difference, at, differences
from conformance.evidence.outcomes import observed, passed, violated
from conformance.evidence.responses import Answer, below, parsed, path_of, reader_of, urls_at
from conformance.evidence.subject import Subject
from conformance.model import Effect, KeyKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import Need, Probe, Steps, UnsafeRequest, ask
from conformance.probes.toolkit.calls import Missing, list_of, untested
from conformance.probes.toolkit.difference_outcomes import differing
from conformance.probes.toolkit.list_membership import first_of, page_with, shows
from conformance.probes.toolkit.write_requests import (  # fmt: skip
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
)
from conformance.probes.writes.deletions import is_gone, is_gone_alone, look, there
from conformance.probes.writes.stored_values import lost

ALL = ("WRT-01", "WRT-04", "WRT-07")
_SHOWN = 5


def _is_create(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.CREATE and has_json_body(operation)


def _create_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the write, the reads of the object and its list, and more where the object can be deleted."""
    resource = model.by_name.get(operation.resource)
    paths = {item.role: item.path for item in model.operations if resource and item.resource == resource.name}
    count = 2 + (Role.ITEM in paths) + (Role.LIST in paths) + 14 * (Role.DELETE in paths)
    return (*plain_read(operation, model)[:-1], Need(f"write {operation.key}", count, shared=False))


def _list_unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the requests that create and delete an object; those of its parent too, where one can be created."""
    creator = _find_parent_creator(operation, model)
    parent_requests = created_and_deleted(creator, model) if creator else ()
    return (*created_and_deleted(operation, model), *parent_requests)


def _find_parent_creator(operation: Operation, model: ResourceModel) -> Operation | None:
    parent_path = operation.path.rpartition("/")[0].rpartition("/")[0]
    creates = (candidate for candidate in model.operations if candidate.role is Role.CREATE and parent_path)
    creator = next((candidate for candidate in creates if candidate.path == parent_path), None)
    return creator if creator and creator.effect is Effect.WRITE else None


def create(operation: Operation, subject: Subject) -> Steps[None]:
    """Create an object, read it, find it in its list and at its owner, and delete it where that is possible."""
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(ALL, operation, write)
        return
    existing_path = yield from _find_existing(write, subject)
    created = yield from _send_until_accepted(write, subject)
    parent = (yield from _create_parent(operation, subject)) if created is None else None
    if parent is not None:
        path = f"{address(parent, subject)}/{operation.path.rpartition('/')[2]}"
        call = msgspec.structs.replace(write.call, path=path)
        created = yield from _send_until_accepted(msgspec.structs.replace(write, call=call), subject)
    if created is None:
        yield from untested(ALL, operation, Missing("no body built from the description is accepted"))
    else:
        yield from _check_life(created, existing_path, operation, subject)
    if parent is not None:
        yield from clean(parent, subject)


def _find_existing(write: Write, subject: Subject) -> Steps[str]:
    """Return the path of an object of the kind before one is created; empty if none is known or deletable."""
    resource = subject.model.by_name.get(write.call.operation.resource)
    lister = list_of(resource, subject) if resource else None
    path = (yield from first_of(lister, write.call.request(), subject)) if lister else ""
    return path if deleter_of(path, subject) else ""


def _check_life(created: Answer, existing_path: str, operation: Operation, subject: Subject) -> Steps[None]:
    """Check an object from its first read to its deletion; a second one exists beside it if it can be deleted."""
    yield from _check_read(created, subject)
    deletable = deleter_of(address(created, subject), subject) is not None
    sibling = (yield from _create_another(operation, subject, "beside", otherwise=True)) if deletable else None
    yield from _check_listed(created, subject)
    if sibling is not None:
        yield from _check_read(sibling, subject)
        yield from _check_listed(sibling, subject)
    others = [address(sibling, subject)] if sibling else []
    existing = (yield from there(existing_path, subject)) if deletable and existing_path else None
    others += [existing_path] if existing is not None and existing.ok else []
    deleted = yield from clean(created, subject)
    if deleted is not None and deleted.ok:
        yield from is_gone(deleted)
        yield from is_gone_alone(deleted, created, others, subject)
        yield from _check_stays_deleted(deleted, operation, subject)
    if sibling is not None:
        yield from clean(sibling, subject)
    for requirement in ALL:
        yield observed(created, requirement, Verdict.NOT_APPLICABLE, "no operation reads what was created")


def _send_until_accepted(write: Write, subject: Subject) -> Steps[Answer | None]:
    """Return the response to the first body accepted: the whole, the least, or one with another name as key."""
    least_body = least(write, subject)
    bodies = [write.body] if least_body == write.body else [write.body, least_body]
    resource = subject.model.by_name.get(write.call.operation.resource)
    key_field = resource.key_field if resource and resource.key_kind is KeyKind.NAME else ""
    names = writable(write.call.operation, subject).get(key_field, {}).get("enum", ())
    for body in (*bodies, *({**write.body, key_field: name} for name in names if name != write.body.get(key_field))):
        response = yield from ask(write.call.operation, write.request(body))
        if response.ok:
            return response
    return None


def _create_parent(operation: Operation, subject: Subject) -> Steps[Answer | None]:
    """Create a new parent with room for anything below it; None where that is impossible."""
    creator = _find_parent_creator(operation, subject.model)
    write = (yield from write_of(creator, subject, "above")) if creator else None
    response = (yield from ask(write.call.operation, write.request(write.body))) if isinstance(write, Write) else None
    return response if response is not None and response.ok and address(response, subject) else None


def _check_read(created: Answer, subject: Subject) -> Steps[None]:
    """Check that GET of the new resource shows what was sent and what POST returned (WRT-01)."""
    path = address(created, subject)
    reader = reader_of(path, subject.model) if path else None
    if reader is None:
        return
    request = Request(reader.key, "GET", path, fresh=True)
    read = yield from ask(reader, request)
    if not read.ok:
        message = "the created object cannot be read"
        yield violated(created, "WRT-01", message, expected="200", actual=str(read.status), also=(read,))
        return
    mismatches = [
        *_compare_bodies(created.json, read.json, same=_has_same_schema(created, reader)),
        *lost(_parse_sent_body(created), read.json),
    ]
    if mismatches:
        reread = yield from ask(reader, request)
        mismatches = [mismatch for mismatch in mismatches if at(reread.json, mismatch.pointer) == mismatch.new]
    message = "GET shows other values than were sent or than POST returned"
    yield from differing(created, "WRT-01", message, mismatches, (read,), shown=_SHOWN)


def _parse_sent_body(created: Answer) -> Any:
    return parsed(created.exchange.request.body)


def _has_same_schema(created: Answer, reader: Operation) -> bool:
    return bool(created.operation.item_schema) and created.operation.item_schema == reader.item_schema


def _compare_bodies(old: Any, new: Any, *, same: bool) -> Iterator[Difference]:
    """Yield how two bodies differ; with different schemas only in members that both hold in the same form."""
    for difference in differences(old, new):
        absent = difference.old is ABSENT or difference.new is ABSENT
        other_form = isinstance(difference.old, dict | list) is not isinstance(difference.new, dict | list)
        if same or not (absent or other_form):
            yield difference


def _check_listed(created: Answer, subject: Subject) -> Steps[None]:
    """Check that the list of the collection shows the new object, and that its owner links to it (WRT-07)."""
    path, operation = address(created, subject), created.operation
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if not path or lister is None:
        return
    response = yield from page_with(lister, created.exchange.request, path, subject)
    if response.ok and not shows(response, path, subject):
        message = "the list does not show the created object"
        yield violated(created, "WRT-07", message, expected=path, also=(response,))
    elif response.ok:
        yield passed(created, "WRT-07")
        yield from _check_owner_links(created, path, subject)


def _check_owner_links(created: Answer, path: str, subject: Subject) -> Steps[None]:
    """Check that the object to which the new one links also links to it, where that kind has such links."""
    resource = subject.model.by_name.get(created.operation.resource)
    for link in resource.links if resource else ():
        owner = subject.model.by_name.get(link.targets[0]) if len(link.targets) == 1 and not link.own else None
        back_link = next(
            (
                candidate
                for candidate in (owner.links if owner else ())
                if candidate.many and candidate.targets == (created.operation.resource,)
            ),
            None,
        )
        urls = [url for _, item in created.objects for _, url in urls_at(item, link)] if back_link else []
        target = below(subject.target.base_url, urls[0]) if urls else None
        reader = reader_of(target, subject.model) if target else None
        if back_link is None or reader is None or target is None:
            continue
        response = yield from ask(reader, Request(reader.key, "GET", target, fresh=True))
        shown = [url for _, item in response.objects for _, url in urls_at(item, back_link)]
        if response.ok and path not in {below(subject.target.base_url, url) for url in shown}:
            message = f"{back_link.path} of the object linked by {link.path} does not name the created object"
            yield violated(created, "WRT-07", message, expected=path, pointer=f"/{link.path}", also=(response,))
        return


def _create_another(
    operation: Operation, subject: Subject, mark: str, *, otherwise: bool = False
) -> Steps[Answer | None]:
    """Create one more object, first with other values if `otherwise`; None where it is refused."""
    write = yield from write_of(operation, subject, mark)
    if isinstance(write, Missing):
        return None
    for body in (contrary(write, subject), write.body) if otherwise else (write.body,):
        response = yield from ask(operation, write.request(body))
        if response.ok:
            return response
    return None


def _check_stays_deleted(deleted: Answer, operation: Operation, subject: Subject) -> Steps[None]:
    """Check that creating another object of the kind does not restore the deleted one (WRT-04)."""
    another = yield from _create_another(operation, subject, "after")
    if another is None:
        return
    read = yield from look(deleted)
    if read.ok and address(another, subject) != path_of(deleted.exchange.request.target):
        message = "a deleted object is back once another one is created"
        yield violated(deleted, "WRT-04", message, expected="404", actual=str(read.status), also=(another, read))
    yield from clean(another, subject)


PROBES = (Probe("create", ALL, _is_create, _create_needs, create, writes=True, sends=_list_unsafe_requests),)
