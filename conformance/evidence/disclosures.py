"""Whether a response shows the data of an operation, whatever method or path was requested."""

from typing import Any

from conformance.evidence.responses import UNREADABLE, OperationResponse
from conformance.evidence.subject import Subject

_MEDIA_TYPE = "application/json"


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
