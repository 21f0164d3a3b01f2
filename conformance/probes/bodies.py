"""ERR-09 on writes: bodies that are merely odd. Sent only where writes are allowed, for they may be taken."""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.judging import without
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.changes import put_back
from conformance.probes.reading import plain_read
from conformance.probes.writing import (
    Write,
    clean,
    has_json_body,
    least,
    reader_for,
    writable,
    write_of,
)
from conformance.subject import Subject

_ODD_TEXTS = ("odd\0text", "\u202e\U0001f50c\ufffe\u0301")  # NUL; direction, beyond 16 bits, no character
_SURPLUS = "evconform"
_DEPTH = 500


def _with_body(operation: Operation, model: ResourceModel) -> bool:
    return not operation.safe and has_json_body(operation)


def _odd_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    bodies, looked = 2 + len(_ODD_TEXTS), 2 * (operation.role is Role.UPDATE)
    return (*plain_read(operation, model)[:-1], Need(f"odd {operation.key}", bodies + looked, shared=False))


def odd(operation: Operation, subject: Subject) -> Steps[None]:
    """ERR-09: NUL, odd unicode, a huge number and deep nesting, each in a body that is otherwise in order.

    The check of ERR-09 judges the answers; here what they changed is put back.
    """
    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(("ERR-09",), operation, write)
        return
    reader = reader_for(write.call, subject) if operation.role is Role.UPDATE else None
    before = (yield from ask(reader.operation, reader.request(fresh=True))) if reader else None
    affected: set[str] = set()
    for name, value in _oddities(write, subject):
        answer = yield from ask(operation, _oddly(write, name, value, subject))
        affected |= {name} if answer.ok or answer.status >= 500 else set()
        if operation.role is Role.CREATE:
            yield from clean(answer, subject)
    if reader and before is not None and affected:
        after = yield from ask(reader.operation, reader.request(fresh=True))
        yield from put_back(write, sorted(affected), before, after, subject)
    yield without("ERR-09", operation.key, Verdict.NOT_APPLICABLE, "no odd body was answered")


def _oddities(write: Write, subject: Subject) -> list[tuple[str, bytes]]:
    """Properties with the JSON text of an odd value: of the kind that they are, where the body has one."""
    properties = writable(write.call.operation, subject)
    texts = [name for name, schema in properties.items() if "string" in _types(schema) and not _bound(schema)]
    numbers = [name for name, schema in properties.items() if {"integer", "number"} & _types(schema)]
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
    properties = body if isinstance(body, dict) else {}
    members = {key: msgspec.Raw(msgspec.json.encode(member)) for key, member in properties.items()}
    return write.request({**members, name: msgspec.Raw(value)})


PROBES = (Probe("odd-body", ("ERR-09",), _with_body, _odd_needs, odd, rank=2, writes=True),)
