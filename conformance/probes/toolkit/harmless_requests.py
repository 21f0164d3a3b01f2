"""Requests that cannot take effect on a server in order."""

import uuid
from collections.abc import Iterator
from typing import Any

from conformance.evidence.outcomes import quote_json
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Parameter, Request
from conformance.model.exchange import UNKNOWN_ID, WRONG_BODY
from conformance.probes.toolkit.calls import Missing
from conformance.probes.toolkit.plain_values import choose_plain_value
from conformance.tools.ulid import draw_ulid

UNBORN_MS = 946_684_800_000  # 2000-01-01: the time in a valid ULID, before any resource of this API was created
_MIN_UNKNOWN_INTEGER, _MAX_UNKNOWN_INTEGER = 1_900_000_000, 2_000_000_000  # an int32 that no counter has reached
_WRONG_BODIES: tuple[Any, ...] = ([], "nothing", 0, {})  # bodies of which a schema refuses at least one


def build_harmless_request(operation: Operation, subject: Subject, identity: str) -> Request | Missing:
    """Build a request for an unknown id, with a body of the wrong type.

    Return Missing for a write that has neither an id nor a body: nothing would keep the request from taking effect.
    """
    path, unknown = operation.path, False
    for parameter in operation.path_parameters:
        value, drawn_at_random = _draw_path_value(parameter, operation, subject)
        path, unknown = path.replace("{" + parameter.name + "}", value), unknown or drawn_at_random
    body = make_wrong_body(operation, subject)
    if not (operation.is_safe or unknown or body):
        return Missing("nothing would keep a request from taking effect: there is neither an id nor a body")
    headers = [("Content-Type", "application/json")] if body else []
    if operation.user_required:
        headers.append((operation.user_header, f"user{_draw_unknown_ulid(operation, subject)}"))
    query = "&".join(f"{name}={value}" for name, value in _list_required_query(operation, subject))
    target = path + (f"?{query}" if query else "")
    inert = "" if operation.is_safe else " and ".join(_list_inert_reasons(unknown=unknown, wrong=bool(body)))
    return Request(operation.key, operation.method, target, tuple(headers), body, identity, inert=inert)


def _list_inert_reasons(*, unknown: bool, wrong: bool) -> Iterator[str]:
    """Yield the reasons why a request cannot take effect."""
    if unknown:
        yield UNKNOWN_ID
    if wrong:
        yield WRONG_BODY


def draw_unknown_id(operation: Operation, subject: Subject, prefix: str) -> str:
    """Return a well-formed id that no resource has, the same in every run of a seed."""
    return prefix + _draw_unknown_ulid(operation, subject)


def _draw_unknown_ulid(operation: Operation, subject: Subject) -> str:
    return draw_ulid(subject.make_random("stranger", operation.key), UNBORN_MS)


def _draw_path_value(parameter: Parameter, operation: Operation, subject: Subject) -> tuple[str, bool]:
    """Return a value of a path parameter, and whether it is an unknown id."""
    if values := parameter.schema.get("enum"):
        return str(values[0]), False
    if typed := _draw_typed_id(parameter, operation, subject):
        return typed, True
    pattern = str(parameter.schema.get("pattern", "")).removeprefix("^")[:4]
    prefixes = (r.prefix for r in subject.model.resources if r.key == parameter.name and r.prefix)
    prefix = next(prefixes, pattern if pattern.isalpha() else "")
    return prefix + _draw_unknown_ulid(operation, subject), True


def _draw_typed_id(parameter: Parameter, operation: Operation, subject: Subject) -> str:
    """Return an unknown id for a parameter that is a UUID or an integer; empty for other types."""
    random = subject.make_random("stranger", operation.key)
    if parameter.schema.get("format") == "uuid":
        return str(uuid.UUID(int=random.getrandbits(128), version=4))
    if parameter.schema.get("type") == "integer":
        return str(random.randrange(_MIN_UNKNOWN_INTEGER, _MAX_UNKNOWN_INTEGER))
    return ""


def make_wrong_body(operation: Operation, subject: Subject) -> bytes:
    """Return a body of a type that the schema refuses, empty where the operation takes no body."""
    media = "application/json"
    for body in _WRONG_BODIES if operation.body else ():
        if subject.validators.validate_request_body(operation, media, body):
            return quote_json(body).encode()
    return b""


def _list_required_query(operation: Operation, subject: Subject) -> list[tuple[str, str]]:
    required = [p for p in operation.parameters if p.required and p.location is Location.QUERY]
    return [(p.name, choose_plain_value(p, subject.today) or "x") for p in required]
