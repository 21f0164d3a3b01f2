"""ERR-04: a refused write says which of its fields are wrong."""

from collections.abc import Iterator
from typing import Any

from conformance.answers import Answer, escape, parsed
from conformance.blame import GENERAL, field_of
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import Outcome
from conformance.subject import Subject
from conformance.ulid import is_ulid

_DEEPEST = 8  # levels of choices in a schema that are searched for properties


def fields_named(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """ERR-04: a 400 on a write says by `field_errors` which fields are wrong: known ones, each with a list of strings.

    Where it is absent, that is a violation only if a field of the body is to blame: versions, users and bodies that are
    no JSON object are refused by 400 too.
    """
    request = answer.exchange.request
    if (
        answer.operation.safe
        or answer.status not in {400, 422}
        or not request.body
        or not isinstance(answer.json, dict)
    ):
        return
    body = parsed(request.body)
    sent = body if isinstance(body, dict) else None
    if "field_errors" not in answer.json:
        if sent is not None and _fields_to_blame(answer, sent, subject):
            message = "a refused write does not say which field is wrong"
            yield violated(answer, "ERR-04", message, expected="an object of lists of strings", pointer="/field_errors")
        return
    errors = answer.json["field_errors"]
    complaints = list(_misshapen(errors, _names(answer, subject) | set(sent or ())))
    for pointer, expected, actual in complaints:
        message = "field_errors does not map fields to lists of strings"
        yield violated(answer, "ERR-04", message, expected=expected, actual=actual, pointer=f"/field_errors{pointer}")
    if not complaints:
        yield passed(answer, "ERR-04")


def _fields_to_blame(answer: Answer, sent: dict[str, Any], subject: Subject) -> bool:
    """Whether the body is invalid and nothing else in the request asks for a refusal."""
    user = answer.operation.user_header.lower()
    given = {name.lower() for name, _ in answer.exchange.request.headers}
    if answer.operation.user_required and user not in given:
        return False
    for name, value in answer.exchange.request.headers:
        if name.lower() not in {"content-type", "accept"} and not (
            name.lower() == user and _names_a_user(value, subject)
        ):
            return False
    if "?" in answer.exchange.request.target:
        return False
    documented = _names(answer, subject)  # of a body that documents no field, none can be named
    return bool(documented and subject.validators.request_body(answer.operation, "application/json", sent))


def _names_a_user(value: str, subject: Subject) -> bool:
    """Whether it is the id or the URL of one, known or not."""
    people = subject.model.by_name.get(subject.model.principal)
    last = value.rpartition("/")[2]
    return people is not None and last.startswith(people.prefix) and is_ulid(last.removeprefix(people.prefix))


def _names(answer: Answer, subject: Subject) -> set[str]:
    """The properties of the documented body, wherever a choice or a conjunction puts them."""
    media = answer.operation.body.media if answer.operation.body else ()
    pointer = next((each.schema for each in media if each.schema), "")
    return set(_properties(subject, subject.description.resolve(pointer), 0)) if pointer else set()


def _properties(subject: Subject, schema: Any, depth: int) -> Iterator[str]:
    schema = subject.description.deref(schema) if isinstance(schema, dict) and depth < _DEEPEST else {}
    yield from schema.get("properties", {})
    for each in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _properties(subject, each, depth + 1)


def _misshapen(errors: Any, known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Pointer, expectation and finding of each place that is not as documented.

    What concerns no single field is no field's error.
    """
    if not isinstance(errors, dict) or not errors:
        yield "", "an object with a field at least", quote(errors)
        return
    for name, texts in errors.items():
        at = f"/{escape(name)}"
        if known and name not in GENERAL and field_of(name) not in known:
            yield at, "a field of the request", name
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            yield at, "a list of strings", quote(texts)


CHECKS = (Check(("ERR-04",), fields_named),)
