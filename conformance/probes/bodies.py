"""ERR-08 and ERR-09 on writes: bodies that cannot be read, that break a rule, or that are merely odd.

Even a body that is no JSON is sent only where writes are allowed: a server that does not look at it may act all the
same, and some of these operations move real load.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.answers import Answer
from conformance.comparing import ABSENT, at
from conformance.judging import observed, passed, violated, without
from conformance.model import Noticed, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.probes.writing import (
    JSON,
    Write,
    clean,
    defects_of,
    has_json_body,
    least,
    reader_for,
    writable,
    write_of,
)
from conformance.subject import Subject

_KINDS = ("wrong-type", "missing-required", "below-minimum", "above-maximum", "too-long", "too-short")
_UNREADABLE = (
    ("malformed JSON", JSON, b'{"name": "left open'),
    ("another content type", "application/xml", b"<body/>"),
)
_FAULTS = len(_UNREADABLE) + len(_KINDS)
_MANY = 200  # defects among which one of each kind is looked for
_REFUSALS = {400, 413, 415, 422}
_ODD_TEXTS = ("odd\0text", "\u202e\U0001f50c\ufffe\u0301")  # NUL; direction, beyond 16 bits, no character
_SURPLUS = "evconform"
_DEPTH = 500


def _with_body(operation: Operation, model: ResourceModel) -> bool:
    return not operation.safe and has_json_body(operation)


def _fault_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model)[:-1], Need(f"faulty {operation.key}", _FAULTS, shared=False))


def faulty(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-08: one body for each sort of fault."""
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(("ERR-08",), operation, write)
        return
    plain = write.call.request()
    for what, media, body in _UNREADABLE:
        headers = (*plain.headers, ("Content-Type", media))
        yield from _refused(write, msgspec.structs.replace(plain, body=body, headers=headers), what, subject)
    defects = {each.name: each for each in reversed(defects_of(write, subject, _MANY))}
    for name in [each for each in _KINDS if each in defects]:
        what = f"{name} at {defects[name].pointer or 'the top'}"
        yield from _refused(write, write.request(defects[name].body), what, subject)


def _refused(write: Write, request: Request, what: str, subject: Subject) -> Steps[None]:
    answer = yield from ask(write.call.operation, request)
    if answer.status in _REFUSALS:
        yield passed(answer, "ERR-08")
    elif answer.status in {401, 403, 404, 409}:
        reason = f"{what}: it answers {answer.status} before it looks at the body"
        yield observed(answer, "ERR-08", Verdict.NOT_OBSERVABLE, reason)
    else:
        kind = what.partition(" at ")[0]
        message = f"a body with a fault is not refused: {kind}"
        yield violated(answer, "ERR-08", message, expected="400, 415 or 422", actual=f"{answer.status} to {what}")
        if write.call.operation.role is Role.CREATE:
            yield from clean(answer, subject)


def _odd_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    bodies = 2 + len(_ODD_TEXTS)
    undone = len(_ODD_TEXTS) + 1 if operation.role in {Role.CREATE, Role.UPDATE} else 0
    return (
        *plain_read(operation, model)[:-1],
        Need(f"odd {operation.key}", bodies, shared=False),
        Need(f"undone {operation.key}", undone + 1, shared=False),
    )


def odd(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-09: NUL, odd unicode, a huge number and deep nesting, each in a body that is otherwise in order.

    The check of ERR-09 judges the answers; here what they changed is put back.
    """
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(("ERR-09",), operation, write)
        return
    reader = reader_for(write.call, subject)
    update = operation.role is Role.UPDATE and reader is not None
    before = (yield from ask(reader.operation, reader.request(fresh=True))) if update and reader else None
    for name, value in _oddities(write, subject):
        answer = yield from ask(operation, _oddly(write, name, value, subject))
        if operation.role is Role.CREATE:
            yield from clean(answer, subject)
        elif answer.ok and before is not None:
            yield from _put_back(write, name, before)
    yield without("ERR-09", operation.key, Verdict.NOT_APPLICABLE, "no odd body was answered")


def _oddities(write: Write, subject: Subject) -> list[tuple[str, bytes]]:
    """Properties with the JSON text of an odd value: of the kind that they are, where the body has one."""
    known = writable(write.call.operation, subject)
    texts = [name for name, each in known.items() if "string" in _types(each) and not _bound(each)]
    numbers = [name for name, each in known.items() if {"integer", "number"} & _types(each)]
    text, number = (texts or [_SURPLUS])[0], (numbers or texts or [_SURPLUS])[0]
    return [
        *((text, msgspec.json.encode(value)) for value in _ODD_TEXTS),
        (number, b"9" * 400),
        (text, b"[" * _DEPTH + b"]" * _DEPTH),
    ]


def _types(schema: Mapping[str, Any]) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else {*kinds}


def _bound(schema: Mapping[str, Any]) -> bool:
    """Whether a text must have a form that no oddity has."""
    return bool({"enum", "const", "format", "pattern"} & {*schema})


def _oddly(write: Write, name: str, value: bytes, subject: Subject) -> Request:
    """The least valid body with one property more or otherwise."""
    body = least(write, subject)
    known = body.items() if isinstance(body, dict) else ()
    members = {key: msgspec.Raw(msgspec.json.encode(each)) for key, each in known}
    return write.request({**members, name: msgspec.Raw(value)})


def _put_back(write: Write, name: str, before: Answer) -> Steps[None]:
    """The property as it was read before it was changed."""
    old = at(before.json, f"/{name}")
    if old is ABSENT:
        return
    answer = yield from ask(write.call.operation, write.request({name: old}))
    if not answer.ok:
        message = f"{name} of {write.call.path} was changed, and putting it back gives {answer.status}"
        yield Noticed("cleanup", message, answer.operation.key)


PROBES = (
    Probe("faulty-body", ("ERR-08",), _with_body, _fault_needs, faulty, rank=2, writes=True),
    Probe("odd-body", ("ERR-09",), _with_body, _odd_needs, odd, rank=2, writes=True),
)
