"""Disclosures of a response: the data of an operation, whatever was requested, and texts that identify one resource."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject

_MEDIA_TYPE = "application/json"
_TELLING_LENGTH = 8  # characters from which on a text may stand for one thing


def has_operation_data(response: OperationResponse, subject: Subject) -> bool:
    """Return whether a 2xx response shows what the operation documents: a resource, or a list that is not empty.

    A page for people, a list of methods and an empty list show nothing.
    """
    http_response = response.exchange.response
    if http_response is None or not response.is_success or not http_response.body:
        return False
    operation, body = response.operation, response.json
    if body is UNREADABLE:
        return http_response.media_type == "text/csv" and any(
            media.type == "text/csv" for spec in operation.responses for media in spec.media
        )
    errors = subject.validators.validate_response_body(operation, 200, _MEDIA_TYPE, body)
    known = {path.removeprefix("[].").partition(".")[0].removesuffix("[]") for path in operation.fields}
    return not errors and any(known & set(item) for item in _list_objects(body, operation.items_at))


def _list_objects(body: Any, items_at: str) -> list[dict[str, Any]]:
    """Return the items of a list, or the single object, as far as they are JSON objects."""
    if items_at and isinstance(body, dict):
        body = body.get(items_at)
    return [item for item in (body if isinstance(body, list) else [body]) if isinstance(item, dict)]


def read_text(response: OperationResponse) -> str:
    """Return the body of a response as text, with JSON's escapes undone where it is JSON."""
    body = response.exchange.response.body if response.exchange.response else b""
    is_json = response.json is not UNREADABLE
    return msgspec.json.encode(response.json).decode() if is_json else body.decode(errors="replace")


def list_telling_texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value that stand for one thing: long ones with digits, blanks or an at sign."""
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from list_telling_texts(child)
    elif isinstance(value, str) and len(value) >= _TELLING_LENGTH and any(c.isdigit() or c in " @" for c in value):
        yield value
        if value.startswith("http") and len(name := extract_id(value)) >= _TELLING_LENGTH:
            yield name
