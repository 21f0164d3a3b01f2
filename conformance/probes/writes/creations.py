"""WRT-01, WRT-04, WRT-07 and VAL: what is created can be read, is listed, and is gone once it is deleted."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import msgspec

from conformance.evidence.containers import parse_moment
from conformance.evidence.differences import ABSENT, ValueDifference, find_differences, get_value
from conformance.evidence.json_bodies import parse_json
from conformance.evidence.outcomes import fail_case, judge_case
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path
from conformance.model import Effect, KeyKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, UnsafeRequest, send
from conformance.probes.toolkit.calls import Missing, find_list_operation, report_untested
from conformance.probes.toolkit.difference_outcomes import report_differences
from conformance.probes.toolkit.edge_values import build_edge_body
from conformance.probes.toolkit.list_membership import LAG_S, find_first_path
from conformance.probes.toolkit.property_values import forge_assigned_values
from conformance.probes.toolkit.rounding import is_rounded
from conformance.probes.toolkit.write_requests import (  # fmt: skip
    Write,
    build_contrary_body,
    build_least_body,
    build_write,
    creation_and_deletion,
    delete_created,
    find_address,
    find_deleter,
    find_writable,
    has_json_body,
)
from conformance.probes.writes.agreement import (
    CREATION_REQUIREMENTS,
    check_one_more,
    check_parts_gone,
    find_oldest,
    list_parts,
    read_members,
    read_parts,
)
from conformance.probes.writes.assigned_values import check_assigned_values
from conformance.probes.writes.creation_links import check_listed
from conformance.probes.writes.deletions import (
    check_deleted,
    check_not_listed,
    check_others_remain,
    read_deleted,
    read_path,
)
from conformance.probes.writes.filter_agreement import check_created_in_filter
from conformance.probes.writes.stored_values import find_changed_values
from conformance.probes.writes.value_judgements import VALUE_REQUIREMENTS
from conformance.probes.writes.written_values import check_refused_values, check_written_values

REQUIREMENTS = ("WRT-01", "WRT-04", "WRT-07", *VALUE_REQUIREMENTS, "VAL-06", "VAL-07", *CREATION_REQUIREMENTS)
_SHOWN = 5


def _is_create(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.CREATE and has_json_body(operation)


def _create_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the write, the reads of the object and its list, and more where the object can be deleted."""
    resource = model.resources_by_name.get(operation.resource)
    paths = {item.role: item.path for item in model.operations if resource and item.resource == resource.name}
    count = 4 + (Role.ITEM in paths) + 4 * (Role.LIST in paths)
    if Role.DELETE in paths and resource is not None:
        count += 14 + 2 * len(list_parts(resource.item_path, model))
    return (*plain_read_needs(operation, model)[:-1], Need(f"write {operation.key}", count, shared=False))


def _list_unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the requests that create and delete an object; those of its parent too, where one can be created."""
    creator = _find_parent_creator(operation, model)
    parent_requests = creation_and_deletion(creator, model) if creator else ()
    return (*creation_and_deletion(operation, model), *parent_requests)


def _find_parent_creator(operation: Operation, model: ResourceModel) -> Operation | None:
    parent_path = operation.path.rpartition("/")[0].rpartition("/")[0]
    creates = (candidate for candidate in model.operations if candidate.role is Role.CREATE and parent_path)
    creator = next((candidate for candidate in creates if candidate.path == parent_path), None)
    return creator if creator and creator.effect is Effect.WRITE else None


def create_object(operation: Operation, subject: Subject) -> Steps[None]:
    """Create an object, read it, find it in its list and at its owner, and delete it where that is possible."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        yield from report_untested(REQUIREMENTS, operation, write)
        return
    existing_path = yield from _find_existing(write, subject)
    before = yield from read_members(write.call.build_request(), operation.resource, subject)
    oldest = yield from find_oldest(before, write.call.build_request(), subject)
    created = yield from _send_until_accepted(write, subject)
    parent = (yield from _create_parent(operation, subject)) if created is None else None
    if parent is not None:
        path = f"{find_address(parent, subject)}/{operation.path.rpartition('/')[2]}"
        call, before = msgspec.structs.replace(write.call, path=path), {}
        created = yield from _send_until_accepted(msgspec.structs.replace(write, call=call), subject)
    if created is None:
        yield from report_untested(REQUIREMENTS, operation, Missing("no body built from the description is accepted"))
    else:
        yield from check_one_more(created, before, oldest, subject)
        yield from _check_life(created, existing_path, operation, subject)
    if parent is not None:
        yield from delete_created(parent, subject)


def _find_existing(write: Write, subject: Subject) -> Steps[str]:
    """Return the path of an object of the kind before one is created; empty if none is known or deletable."""
    resource = subject.model.resources_by_name.get(write.call.operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    path = (yield from find_first_path(lister, write.call.build_request(), subject)) if lister else ""
    return path if find_deleter(path, subject) else ""


def _check_life(created: OperationResponse, existing_path: str, operation: Operation, subject: Subject) -> Steps[None]:
    """Check an object from its first read to its deletion; a second one exists beside it if it can be deleted."""
    yield from _check_read(created, subject)
    yield from check_created_in_filter(created, subject)
    deletable = find_deleter(find_address(created, subject), subject) is not None
    sibling = (yield from _create_another(operation, subject, "beside", otherwise=True)) if deletable else None
    yield from check_listed(created, subject)
    if sibling is not None:
        yield from _check_read(sibling, subject)
        yield from check_listed(sibling, subject)
    others = [find_address(sibling, subject)] if sibling else []
    existing = (yield from read_path(existing_path, subject)) if deletable and existing_path else None
    others += [existing_path] if existing is not None and existing.is_success else []
    parts = (yield from read_parts(created, subject)) if deletable else ()
    deleted = yield from delete_created(created, subject)
    if deleted is not None and deleted.is_success:
        if (yield from check_deleted(deleted)):
            yield from check_parts_gone(deleted, parts)
            yield from check_not_listed(deleted, created, subject)
            yield from _check_stays_deleted(deleted, operation, subject)
        elif parts:
            reason = "the object can still be read after DELETE, and so may its parts"
            yield judge_case(deleted, "AFT-03", Verdict.NOT_OBSERVABLE, reason)
        yield from check_others_remain(deleted, created, others, subject)
    if sibling is not None:
        yield from delete_created(sibling, subject)
    for requirement in REQUIREMENTS:
        yield judge_case(created, requirement, Verdict.NOT_APPLICABLE, "no operation reads the created resource")


def _send_until_accepted(write: Write, subject: Subject) -> Steps[OperationResponse | None]:
    """Return the response to the first body accepted.

    Bodies with edge values come first, with and without values that the server assigns; then the whole, the least, and
    those with another name as key.
    """
    refused: OperationResponse | None = None
    for body in (*_list_edge_bodies(write, subject), *_list_plain_bodies(write, subject)):
        response = yield from send(write.call.operation, write.request(body))
        if response.is_success:
            if refused is not None:
                yield from _check_refusal(refused, write, subject)
            return response
        refused = refused or response
    return None


def _list_edge_bodies(write: Write, subject: Subject) -> list[Any]:
    """Return bodies with edge values, the most telling first; none where the body has no place for them."""
    if not isinstance(write.body, dict):
        return []
    edge, milder = build_edge_body(write, subject), build_edge_body(write, subject, whole=False)
    assigned = forge_assigned_values(write.call.operation, subject)
    bodies = [{**edge, **assigned}, edge, milder]
    return [body for at, body in enumerate(bodies) if body not in bodies[:at] and body != write.body]


def _list_plain_bodies(write: Write, subject: Subject) -> list[Any]:
    least_body = build_least_body(write, subject)
    bodies = [write.body] if least_body == write.body else [write.body, least_body]
    resource = subject.model.resources_by_name.get(write.call.operation.resource)
    key_field = resource.key_field if resource and resource.key_kind is KeyKind.NAME else ""
    names = find_writable(write.call.operation, subject).get(key_field, {}).get("enum", ())
    return [*bodies, *({**write.body, key_field: name} for name in names if name != write.body.get(key_field))]


def _check_refusal(refused: OperationResponse, write: Write, subject: Subject) -> Steps[None]:
    """Judge the refusal of a body with edge values by creating further objects, which are deleted again (VAL-06)."""
    operation = write.call.operation
    marks = count()

    def create_with(named: Mapping[str, Any]) -> Steps[OperationResponse]:
        another = yield from build_write(operation, subject, f"bound {next(marks)}")
        body = {**(another.body if isinstance(another, Write) else write.body), **named}
        response = yield from send(operation, write.request(body))
        yield from delete_created(response, subject)
        return response

    body = _parse_sent_body(refused)
    yield from check_refused_values(refused, body, write.body, find_writable(operation, subject), create_with)


def _create_parent(operation: Operation, subject: Subject) -> Steps[OperationResponse | None]:
    """Create a new parent with room for anything below it; None where that is impossible."""
    creator = _find_parent_creator(operation, subject.model)
    write = (yield from build_write(creator, subject, "above")) if creator else None
    response = (yield from send(write.call.operation, write.request(write.body))) if isinstance(write, Write) else None
    return response if response is not None and response.is_success and find_address(response, subject) else None


def _check_read(created: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that GET of the new resource shows what was sent and what POST returned (WRT-01)."""
    path = find_address(created, subject)
    reader = find_reader(path, subject.model) if path else None
    if reader is None:
        return
    request = Request(reader.key, "GET", path, fresh=True)
    read = yield from send(reader, request)
    if read.status == 404:
        yield Pause(LAG_S)
        read = yield from send(reader, request)
    if not read.is_success:
        message = "the created object cannot be read"
        yield fail_case(created, "WRT-01", message, expected="200", actual=str(read.status), also=(read,))
        return
    mismatches = [
        *_compare_bodies(created.json, read.json, same=_has_same_schema(created, reader)),
        *_find_lost_values(created, read.json, subject),
    ]
    if mismatches:
        yield Pause(LAG_S)
        reread = yield from send(reader, request)
        mismatches = [mismatch for mismatch in mismatches if get_value(reread.json, mismatch.pointer) == mismatch.new]
    message = "GET shows other values than were sent or than POST returned"
    yield from report_differences(created, "WRT-01", message, mismatches, (read,), limit=_SHOWN)
    sent = _parse_sent_body(created)
    if isinstance(sent, dict):
        schemas = find_writable(created.operation, subject)
        named = {name: value for name, value in sent.items() if name in schemas}
        yield from check_written_values(created, read, named, schemas, subject, lambda: send(reader, request))
        yield from check_assigned_values(created, read, sent, schemas)


def _find_lost_values(created: OperationResponse, shown: Any, subject: Subject) -> Iterator[ValueDifference]:
    """Yield the values that are shown otherwise than sent, except for a documented rounding."""
    sent, schemas = _parse_sent_body(created), find_writable(created.operation, subject)
    written = {name: sent[name] for name in sent if name in schemas} if isinstance(sent, dict) else {}
    for difference in find_changed_values(written, shown):
        schema = schemas.get(difference.pointer[1:], {})
        if not is_rounded(schema, difference.old, difference.new):
            yield difference


def _parse_sent_body(created: OperationResponse) -> Any:
    return parse_json(created.exchange.request.body)


def _has_same_schema(created: OperationResponse, reader: Operation) -> bool:
    return bool(created.operation.item_schema) and created.operation.item_schema == reader.item_schema


def _compare_bodies(old: Any, new: Any, *, same: bool) -> Iterator[ValueDifference]:
    """Yield how two bodies differ; with different schemas only in members that both hold in the same form.

    A time of a change that has moved on is no difference: a job of the server may work on the object meanwhile.
    """
    for difference in find_differences(old, new):
        if _has_moved_on(difference):
            continue
        absent = difference.old is ABSENT or difference.new is ABSENT
        other_form = isinstance(difference.old, dict | list) is not isinstance(difference.new, dict | list)
        if same or not (absent or other_form):
            yield difference


def _has_moved_on(difference: ValueDifference) -> bool:
    """Return whether a difference is a later time, at a property that does not say when something was created."""
    old, new = (parse_moment(value) for value in (difference.old, difference.new))
    name = difference.pointer.rpartition("/")[2]
    return old is not None and new is not None and old < new and "created" not in name


def _create_another(
    operation: Operation, subject: Subject, mark: str, *, otherwise: bool = False
) -> Steps[OperationResponse | None]:
    """Create one more object, first with other values if `otherwise`; None where it is refused."""
    write = yield from build_write(operation, subject, mark)
    if isinstance(write, Missing):
        return None
    for body in (build_contrary_body(write, subject), write.body) if otherwise else (write.body,):
        response = yield from send(operation, write.request(body))
        if response.is_success:
            return response
    return None


def _check_stays_deleted(deleted: OperationResponse, operation: Operation, subject: Subject) -> Steps[None]:
    """Check that creating another object of the kind does not restore the deleted one (WRT-04)."""
    another = yield from _create_another(operation, subject, "after")
    if another is None:
        return
    read = yield from read_deleted(deleted)
    if read.is_success and find_address(another, subject) != extract_path(deleted.exchange.request.target):
        message = "a deleted object is back after another one is created"
        yield fail_case(deleted, "WRT-04", message, expected="404", actual=str(read.status), also=(another, read))
    yield from delete_created(another, subject)


PROBES = (
    Probe("create", REQUIREMENTS, _is_create, _create_needs, create_object, writes=True, sends=_list_unsafe_requests),
)
