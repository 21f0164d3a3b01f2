"""RSP-03 and RSP-10: a body validates against its schema, confirmed by a second validator."""

from collections.abc import Iterator

import msgspec

from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.text_readings import find_reading_in_text
from conformance.model import Outcome, Role, Verdict
from conformance.validation import SchemaError

_MAX_ERRORS = 12  # schema errors that are reported of one response
_MAX_OPINION_BYTES = 256 * 1024  # openapi-core takes a second for some thousand errors


def check_body_schema(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that the body validates against its schema, formats included (RSP-03), as does each list item (RSP-10)."""
    http_response = response.exchange.response
    if (
        http_response is None
        or response.spec is None
        or not response.is_json
        or response.json is UNREADABLE
        or http_response.cut
    ):
        return
    errors = subject.validators.validate_response_body(
        response.operation, response.status, http_response.media_type, response.json
    )
    if errors is None:
        return
    is_list = response.is_success and response.operation.role is Role.LIST and response.has_list
    if not errors:
        if response.is_success:
            yield pass_case(response, "RSP-03")
        if response.items and is_list:
            yield pass_case(response, "RSP-10")
        return
    in_items = f"/{response.operation.items_at}/" if response.operation.items_at else "/"
    opinion = _find_second_opinion(response, errors, subject)
    for error in errors[:_MAX_ERRORS]:
        for requirement in ("RSP-03", "RSP-10") if is_list and error.pointer.startswith(in_items) else ("RSP-03",):
            outcome = _grade_schema_error(requirement, response, error, opinion)
            other = "" if subject.strict_readings else find_reading_in_text(error, response, subject)
            yield _review_reading(outcome, other) if other and outcome.verdict is Verdict.FAIL else outcome


def _find_second_opinion(
    response: OperationResponse, errors: tuple[SchemaError, ...], subject: Subject
) -> tuple[str, ...] | None:
    """Return the errors that openapi-core reports, of a long list only for the items that are judged.

    None where the body is so long that openapi-core would take minutes.
    """
    exchange, items = response.exchange, response.json
    if exchange.response is not None and len(exchange.response.body) > _MAX_OPINION_BYTES:
        if not isinstance(items, list):
            return None
        places = [error.pointer.split("/")[1] for error in errors[:_MAX_ERRORS] if error.pointer]
        chosen = [items[int(place)] for place in dict.fromkeys(places) if place.isdecimal()]
        body = msgspec.json.encode(chosen)
        if not chosen or len(body) > _MAX_OPINION_BYTES:
            return None
        exchange = msgspec.structs.replace(exchange, response=msgspec.structs.replace(exchange.response, body=body))
    return subject.second_opinion.validate_response(response.operation, exchange)


def _review_reading(outcome: Outcome, reading: str) -> Outcome:
    """Return a violation as REVIEW, with both readings."""
    return msgspec.structs.replace(outcome, verdict=Verdict.REVIEW, message=f"{outcome.message} ({reading})")


def _grade_schema_error(
    requirement: str, response: OperationResponse, error: SchemaError, opinion: tuple[str, ...] | None
) -> Outcome:
    """Return the outcome for a schema error: a violation only if both validators agree on one reading of the schema."""
    verdict, message = Verdict.FAIL, error.message
    if error.ambiguous:
        verdict = Verdict.REVIEW
        message = f"the description has two readings: read literally, {message}; read as intended, any form is valid"
    elif opinion is None:
        verdict = Verdict.INCONCLUSIVE
        message = f"the body is too long for a second opinion: {message}"
    elif not opinion:
        verdict = Verdict.INCONCLUSIVE
        message = f"the compiled validator reports an error, openapi-core does not: {message}"
    return judge_case(
        response,
        requirement,
        verdict,
        message,
        expected=error.expected,
        actual=error.actual,
        pointer=error.pointer,
    )
