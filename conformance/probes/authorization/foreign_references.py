"""AUT-17: a write does not link to resources of another user."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Effect, Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    creation_and_deletion,
    delete_created,
    has_json_body,
)


def is_referring_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation creates or changes a resource with links by JSON, without graver effects."""
    resource = model.resources_by_name.get(operation.resource)
    is_write = operation.role in {Role.CREATE, Role.UPDATE} and operation.effect in {Effect.NONE, Effect.WRITE}
    has_links = resource is not None and any(not link.own and link.targets for link in resource.links)
    return is_write and operation.is_secured and has_json_body(operation) and has_links


def _reference_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the resources of both users, that of the foreign one, the read before, and the write.

    A body that links to nothing of one person's leaves nothing to send.
    """
    links = model.resources_by_name[operation.resource].links
    has_personal_link = any(not link.own and model.personal_resources & {*link.targets} for link in links)
    count = (2 + (operation.role is Role.UPDATE)) if has_personal_link else 0
    return (
        *plain_read_needs(operation, model, USER_A)[:-1],
        *plain_read_needs(operation, model, USER_B)[:-1],
        Need(f"refer {operation.key}", count, USER_A, shared=False),
    )


def refer_to_another(operation: Operation, subject: Subject) -> Steps[None]:
    """Write as user_a with a link to a resource that only user_b can read."""
    write = yield from build_write(operation, subject, "foreign reference", USER_A)
    foreign_write = yield from build_write(operation, subject, "foreign reference", USER_B)
    if isinstance(write, Missing) or isinstance(foreign_write, Missing):
        missing = write if isinstance(write, Missing) else foreign_write
        yield from report_untested(("AUT-17",), operation, missing if isinstance(missing, Missing) else Missing(""))
        return
    name, value = yield from _find_foreign_link(write, foreign_write, subject)
    if not name:
        missing = Missing("its body links to nothing that only the other user has")
        yield from report_untested(("AUT-17",), operation, missing)
        return
    if operation.role is Role.CREATE:
        response = yield from send(operation, write.request({**write.body, name: value}))
        yield from _check_link_refused(response, name, value)
        yield from delete_created(response, subject)
    else:
        yield from _change_and_restore(write, name, value)


def _find_foreign_link(write: Write, foreign_write: Write, subject: Subject) -> Steps[tuple[str, Any]]:
    """Return the name of a link and a value that only user_b may use; an empty name where there is none."""
    for name, values in foreign_write.links.items():
        own = [quote_json(value) for value in write.links.get(name, ())]
        for value in values:
            url = value[0] if isinstance(value, list) and value else value
            target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
            reader = find_reader(target, subject.model) if target else None
            if quote_json(value) in own or reader is None or target is None:
                continue
            if reader.resource not in subject.model.personal_resources:
                continue
            response = yield from send(reader, Request(reader.key, "GET", target, identity=USER_A))
            if response.status in {403, 404}:
                return name, value
    return "", None


def _check_link_refused(response: OperationResponse, name: str, value: Any) -> Iterator[Outcome]:
    """Check that a write with a foreign link is refused, or that its response does not show the link."""
    shown = response.json.get(name) if isinstance(response.json, dict) else None
    if response.is_success and quote_json(shown) == quote_json(value):
        message = "one user's write can link to another user's resource"
        pointer = f"/{name}"
        yield fail_case(
            response, "AUT-17", message, expected="400, 403 or 404", actual=quote_json(value), pointer=pointer
        )
    elif response.is_success or 400 <= response.status < 500:
        yield pass_case(response, "AUT-17")
    else:
        yield judge_case(response, "AUT-17", Verdict.NOT_OBSERVABLE, f"answered {response.status}")


def _change_and_restore(write: Write, name: str, value: Any) -> Steps[None]:
    """Change one link of a resource of user_a, and put it back where that took effect."""
    operation = write.call.operation
    reading = msgspec.structs.replace(write.call.build_request(fresh=True), method="GET", operation="*")
    before = yield from send(operation, reading)
    old = before.json.get(name) if isinstance(before.json, dict) else None
    response = yield from send(operation, write.request({name: value}))
    yield from _check_link_refused(response, name, value)
    if response.is_success and before.is_success:
        yield from send(operation, write.request({name: old}))


PROBES = (
    Probe(
        "foreign-reference", ("AUT-17",), is_referring_write, _reference_needs, refer_to_another,
        writes=True, sends=creation_and_deletion, identities=(USER_A, USER_B),
    ),
)  # fmt: skip
