"""ERR-04: a refused write says which of its fields are wrong."""

from collections.abc import Iterator
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.field_errors import GENERAL_ERROR_KEYS, extract_member
from conformance.evidence.json_bodies import parse_json
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, escape_pointer_token
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.tools.ulid import is_ulid

_MAX_DEPTH = 8  # levels of choices in a schema that are searched for properties


def check_field_errors(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a 400 or 422 response to a write maps known fields to lists of strings in `field_errors` (ERR-04).

    Where `field_errors` is absent, that is a violation only if a field of the body is wrong: versions, users and bodies
    that are not a JSON object are refused with 400 too.
    """
    request = response.exchange.request
    if (
        response.operation.is_safe
        or response.status not in {400, 422}
        or not request.body
        or not isinstance(response.json, dict)
    ):
        return
    body = parse_json(request.body)
    sent_body = body if isinstance(body, dict) else None
    if "field_errors" not in response.json:
        if sent_body is not None and _has_wrong_field(response, sent_body, subject):
            message = "a refused write does not say which field is wrong"
            yield fail_case(
                response, "ERR-04", message, expected="an object of lists of strings", pointer="/field_errors"
            )
        return
    errors = response.json["field_errors"]
    problems = list(_find_malformed_entries(errors, _documented_fields(response, subject) | set(sent_body or ())))
    for pointer, expected, actual in problems:
        message = "field_errors does not map fields to lists of strings"
        yield fail_case(
            response, "ERR-04", message, expected=expected, actual=actual, pointer=f"/field_errors{pointer}"
        )
    if not problems:
        yield pass_case(response, "ERR-04")


def _has_wrong_field(response: OperationResponse, sent_body: dict[str, Any], subject: Subject) -> bool:
    """Return whether the body is invalid and nothing else in the request may be the reason for a refusal."""
    user_header = response.operation.user_header.lower()
    header_names = {name.lower() for name, _ in response.exchange.request.headers}
    if response.operation.user_required and user_header not in header_names:
        return False
    for name, value in response.exchange.request.headers:
        if name.lower() not in {"content-type", "accept"} and not (
            name.lower() == user_header and _is_user_reference(value, subject)
        ):
            return False
    if "?" in response.exchange.request.target:
        return False
    documented = _documented_fields(response, subject)  # a body without documented fields has none to name
    errors = subject.validators.validate_request_body(response.operation, "application/json", sent_body)
    # A field that should not be there is not one of the request's; what is wrong with it may stand in words alone.
    return bool(documented) and any(
        not error.pointer or extract_member(error.pointer) in documented for error in errors or ()
    )


def _is_user_reference(value: str, subject: Subject) -> bool:
    """Return whether a header value is the id or the URL of a user, known or not."""
    people = subject.model.resources_by_name.get(subject.model.principal_resource)
    key = value.rpartition("/")[2]
    return people is not None and key.startswith(people.prefix) and is_ulid(key.removeprefix(people.prefix))


def _documented_fields(response: OperationResponse, subject: Subject) -> set[str]:
    """Return the properties of the documented body, those below `oneOf`, `anyOf` and `allOf` included."""
    media = response.operation.body.media if response.operation.body else ()
    pointer = next((media_type.schema for media_type in media if media_type.schema), "")
    return set(_walk_properties(subject, subject.description.resolve(pointer), 0)) if pointer else set()


def _walk_properties(subject: Subject, schema: Any, depth: int) -> Iterator[str]:
    """Yield the property names of a schema and of its `allOf`, `anyOf` and `oneOf` members, down to a fixed depth."""
    schema = subject.description.dereference(schema) if isinstance(schema, dict) and depth < _MAX_DEPTH else {}
    yield from schema.get("properties", {})
    for member in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _walk_properties(subject, member, depth + 1)


def _find_malformed_entries(errors: Any, known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield pointer, expected and actual value of each place in `field_errors` that is not as documented.

    Names that stand for the body as a whole (GENERAL) need not be known fields.
    """
    if not isinstance(errors, dict) or not errors:
        yield "", "an object with at least one field", quote_json(errors)
        return
    for name, texts in errors.items():
        pointer = f"/{escape_pointer_token(name)}"
        if known and name not in GENERAL_ERROR_KEYS and extract_member(name) not in known:
            yield pointer, "a field of the request", name
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            yield pointer, "a list of strings", quote_json(texts)


CHECKS = (Check(("ERR-04",), check_field_errors),)
