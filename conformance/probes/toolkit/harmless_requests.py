"""Requests that cannot take effect on a server in order."""

import uuid
from collections.abc import Iterator
from typing import Any

from conformance.evidence.outcomes import quote_json
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Parameter, Request
from conformance.model.exchange import UNKNOWN_ID, WRONG_BODY
from conformance.probes.toolkit.calls import Missing, choose_plain_value
from conformance.tools.ulid import draw_ulid

UNBORN_MS = 946_684_800_000  # 2000-01-01: a valid ULID's time at which nothing of this API was born
_MIN_UNKNOWN_INTEGER, _MAX_UNKNOWN_INTEGER = 1_900_000_000, 2_000_000_000  # an int32 that no counter has reached
_WRONG: tuple[Any, ...] = ([], "nothing", 0, {})  # bodies of which a schema refuses at least one


def harmless(operation: Operation, subject: Subject, identity: str) -> Request | Missing:
    """Build a request for an id that nothing has, with a body of the wrong type.

    Missing where a writing operation has neither an id nor a body to make wrong: nothing would keep it from taking
    effect.
    """
    path, unknown = operation.path, False
    for parameter in operation.path_parameters:
        value, drawn_at_random = _stranger(parameter, operation, subject)
        path, unknown = path.replace("{" + parameter.name + "}", value), unknown or drawn_at_random
    body = make_wrong_body(operation, subject)
    if not (operation.is_safe or unknown or body):
        return Missing("nothing would keep a request from taking effect: there is neither an id nor a body")
    headers = [("Content-Type", "application/json")] if body else []
    if operation.user_required:
        headers.append((operation.user_header, f"user{_ulid(operation, subject)}"))
    query = "&".join(f"{name}={value}" for name, value in _required_query(operation, subject))
    target = path + (f"?{query}" if query else "")
    inert = "" if operation.is_safe else " and ".join(_reasons(unknown=unknown, wrong=bool(body)))
    return Request(operation.key, operation.method, target, tuple(headers), body, identity, inert=inert)


def _reasons(*, unknown: bool, wrong: bool) -> Iterator[str]:
    if unknown:
        yield UNKNOWN_ID
    if wrong:
        yield WRONG_BODY


def stranger(operation: Operation, subject: Subject, prefix: str) -> str:
    """Return a well-formed id that nothing has, the same in every run of a seed."""
    return prefix + _ulid(operation, subject)


def _ulid(operation: Operation, subject: Subject) -> str:
    return draw_ulid(subject.make_random("stranger", operation.key), UNBORN_MS)


def _stranger(parameter: Parameter, operation: Operation, subject: Subject) -> tuple[str, bool]:
    """Return a value of a path parameter, and whether nothing can be found under it."""
    if values := parameter.schema.get("enum"):
        return str(values[0]), False
    if typed := _draw_typed_id(parameter, operation, subject):
        return typed, True
    resource = next((each for each in subject.model.resources if each.key == parameter.name and each.prefix), None)
    pattern = str(parameter.schema.get("pattern", "")).removeprefix("^")[:4]
    prefix = resource.prefix if resource else pattern if pattern.isalpha() else ""
    return prefix + _ulid(operation, subject), True


def _draw_typed_id(parameter: Parameter, operation: Operation, subject: Subject) -> str:
    """Return an id that nobody has, of the type of a parameter that is a UUID or an integer; else empty."""
    random = subject.make_random("stranger", operation.key)
    if parameter.schema.get("format") == "uuid":
        return str(uuid.UUID(int=random.getrandbits(128), version=4))
    if parameter.schema.get("type") == "integer":
        return str(random.randrange(_MIN_UNKNOWN_INTEGER, _MAX_UNKNOWN_INTEGER))
    return ""


def make_wrong_body(operation: Operation, subject: Subject) -> bytes:
    """Return a body of a type that the schema refuses, empty where the operation takes none."""
    media = "application/json"
    for each in _WRONG if operation.body else ():
        if subject.validators.validate_request_body(operation, media, each):
            return quote_json(each).encode()
    return b""


def _required_query(operation: Operation, subject: Subject) -> list[tuple[str, str]]:
    required = [p for p in operation.parameters if p.required and p.location is Location.QUERY]
    return [(p.name, choose_plain_value(p, subject.today) or "x") for p in required]
