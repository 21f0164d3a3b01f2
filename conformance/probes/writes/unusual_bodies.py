"""ERR-09 on writes: unusual bodies. They are sent only where writes are allowed, as a server may accept them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.applicability.selectors import is_json_write
from conformance.evidence.outcomes import skip_case
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.property_values import restore_values
from conformance.probes.toolkit.samples import choose_ways, know_ways
from conformance.probes.toolkit.write_requests import (
    Write,
    build_least_body,
    build_write,
    delete_created,
    find_effect_reader,
    find_writable,
)

# NUL; then a right-to-left override, a character beyond 16 bits, a noncharacter and a combining accent
_UNUSUAL_TEXTS = ("odd\0text", "\u202e\U0001f50c\ufffe\u0301")
_UNDOCUMENTED = "evconform"
_DEPTH = 500
_WAYS = len(_UNUSUAL_TEXTS) + 2  # a huge number and deep nesting besides
_SAMPLE = 2  # of these ways, in one part


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the resource, and the bodies of one part, with a deletion or reads around them."""
    count = _SAMPLE + 2
    odd = Need(f"odd {operation.key}", count, shared=False, sampled=True)
    return (*plain_read_needs(operation, model)[:-1], odd)


def send_unusual_bodies(operation: Operation, subject: Subject) -> Steps[None]:
    """Send some of NUL, unusual Unicode, a huge number and deep nesting, each in an otherwise valid body (ERR-09).

    The check of ERR-09 judges the responses; this probe restores what they changed.
    """
    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        yield from report_untested(("ERR-09",), operation, write)
        return
    reader = find_effect_reader(write.call, subject) if operation.role is Role.UPDATE else None
    before = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader else None
    affected: set[str] = set()
    for name, value in choose_ways(_unusual_values(write, subject), _SAMPLE, subject, choose_turn(operation, _WAYS)):
        response = yield from send(operation, _build_request(write, name, value, subject))
        affected |= {name} if response.is_success or response.status >= 500 else set()
        if operation.role is Role.CREATE:
            yield from delete_created(response, subject)
    if reader and before is not None and affected:
        after = yield from send(reader.operation, reader.build_request(fresh=True))
        yield from restore_values(write, sorted(affected), before, after, subject)
    yield skip_case("ERR-09", operation.key, Verdict.NOT_APPLICABLE, "no unusual body got a response")


def _unusual_values(write: Write, subject: Subject) -> list[tuple[str, bytes]]:
    """Return properties, each with the JSON text of an unusual value, of its own type where the body has one."""
    properties = find_writable(write.call.operation, subject)
    texts = [
        name for name, schema in properties.items() if "string" in _schema_types(schema) and not _has_fixed_form(schema)
    ]
    numbers = [name for name, schema in properties.items() if {"integer", "number"} & _schema_types(schema)]
    text, number = (texts or [_UNDOCUMENTED])[0], (numbers or texts or [_UNDOCUMENTED])[0]
    return [
        *((text, msgspec.json.encode(value)) for value in _UNUSUAL_TEXTS),
        (number, b"9" * 400),
        (text, b"[" * _DEPTH + b"]" * _DEPTH),
    ]


def _schema_types(schema: Mapping[str, Any]) -> set[str]:
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else {*kinds}


def _has_fixed_form(schema: Mapping[str, Any]) -> bool:
    """Return whether the schema prescribes a form that no unusual text has."""
    return bool({"enum", "const", "format", "pattern"} & {*schema})


def _build_request(write: Write, name: str, value: bytes, subject: Subject) -> Request:
    """Build the request with the least valid body and one property added or replaced."""
    least_body = build_least_body(write, subject)
    properties = least_body if isinstance(least_body, dict) else {}
    members = {key: msgspec.Raw(msgspec.json.encode(member)) for key, member in properties.items()}
    return write.request({**members, name: msgspec.Raw(value)})


PROBES = (
    Probe(
        "unusual-body", ("ERR-09",), is_json_write, _needs, send_unusual_bodies, rank=2, writes=True,
        ways=know_ways(_WAYS), sample=_SAMPLE,
    ),
)  # fmt: skip
