"""RSP-01 to RSP-10: a response is what the description says it is."""

import re
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.checks.errors import PROBLEM
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import UNREADABLE, Answer
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Response, Role, Verdict
from conformance.validation import SchemaError

_MAX_ERRORS = 12  # schema errors that are reported of one response
# RFC 9457, section 3.1, and what the API documents for rejected writes (ERR-04)
_PROBLEM_MEMBERS = frozenset({"/type", "/title", "/status", "/detail", "/instance", "/field_errors"})


def _is_api_wide_status(response: Answer) -> bool:
    """Return whether the API's general rules explain a status that the operation does not list.

    Versions, tokens, methods, media types and the rate limit are documented once for all operations. An operation that
    does not list them is a defect of the description (DSC), not of the server.
    """
    operation, status = response.operation, response.status
    return (
        status in {400, 405, 406, 429}
        or (status in {401, 403} and operation.secured)
        or (status == 404 and bool(operation.path_parameters))
        or (status in {413, 415} and operation.body is not None)
    )


def status_documented(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that the status is documented for the operation (RSP-01)."""
    if not answer.status or not answer.own:
        return
    documented = [spec.status for spec in answer.operation.responses]
    if answer.spec is None and not _is_api_wide_status(answer):
        yield violated(
            answer,
            "RSP-01",
            f"status {answer.status} is not documented for this operation",
            expected=" or ".join(documented),
            actual=str(answer.status),
        )
    elif answer.spec:
        yield passed(answer, "RSP-01")


def media_type_documented(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that the media type is documented for the status (RSP-02)."""
    spec, http_response = answer.spec, answer.exchange.response
    if spec is None or http_response is None or answer.status in {204, 304}:
        return
    documented = [media.type for media in spec.media]
    if not documented and (not http_response.body or 300 <= answer.status < 400):
        return  # the page that comes with a redirect is not documented (RFC 9110, section 15.4)
    if not documented and answer.status >= 400 and http_response.media_type == PROBLEM:
        return  # errors are documented once for all operations; ERR-01 judges them
    if any(_is_documented_type(http_response.media_type, media_type) for media_type in documented):
        yield passed(answer, "RSP-02")
    else:
        yield violated(
            answer,
            "RSP-02",
            "the media type is not documented for this status",
            expected=" or ".join(documented) or "no body",
            actual=http_response.media_type or "no Content-Type",
            pointer="header:Content-Type",
        )


def _is_documented_type(media_type: str, documented: str) -> bool:
    """Return whether a media type is the documented one or within its range (OpenAPI 3.1, section 4.8.16)."""
    media_range = documented.partition(";")[0].strip().lower()
    return media_range in {media_type, media_type.partition("/")[0] + "/*", "*/*"} and bool(media_type)


def body_valid(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that the body validates against its schema, formats included (RSP-03), as does each list item (RSP-10)."""
    http_response = answer.exchange.response
    if (
        http_response is None
        or answer.spec is None
        or not answer.is_json
        or answer.json is UNREADABLE
        or http_response.cut
    ):
        return
    errors = subject.validators.body(answer.operation, answer.status, http_response.media_type, answer.json)
    if errors is None:
        return
    is_list = answer.ok and answer.operation.role is Role.LIST
    if not errors:
        if answer.ok:
            yield passed(answer, "RSP-03")
        if answer.items and is_list:
            yield passed(answer, "RSP-10")
        return
    in_items = tuple(at for at, _ in answer.items)
    opinion = subject.opinion.response(answer.operation, answer.exchange)
    for error in errors[:_MAX_ERRORS]:
        yield _grade_schema_error("RSP-03", answer, error, opinion)
        if is_list and error.pointer.startswith(in_items):
            yield _grade_schema_error("RSP-10", answer, error, opinion)


def _grade_schema_error(requirement: str, response: Answer, error: SchemaError, opinion: tuple[str, ...]) -> Outcome:
    """Return the outcome for a schema error: a violation only if both validators agree on one reading of the schema."""
    verdict, message = Verdict.FAIL, error.message
    if error.ambiguous:
        verdict = Verdict.REVIEW
        message = f"the description has two readings: read literally, {message}; read as intended, any form is valid"
    elif not opinion:
        verdict = Verdict.INCONCLUSIVE
        message = f"the compiled validator reports an error, openapi-core does not: {message}"
    return observed(
        response,
        requirement,
        verdict,
        message,
        expected=error.expected,
        actual=error.actual,
        pointer=error.pointer,
    )


def headers_valid(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that documented headers validate, and that required ones are present (RSP-04)."""
    spec, http_response = answer.spec, answer.exchange.response
    if spec is None or http_response is None:
        return
    is_judged = False
    for header in spec.headers:
        value = http_response.header(header.name)
        pointer = f"header:{header.name}"
        if value is None:
            if header.required:
                is_judged = True
                yield violated(answer, "RSP-04", f"the required header {header.name} is absent", pointer=pointer)
            continue
        is_judged = True
        for error in subject.validators.header(answer.operation, answer.status, header.name, value) or ():
            yield violated(
                answer, "RSP-04", error.message, expected=error.expected, actual=quote(value), pointer=pointer
            )
    if is_judged:
        yield passed(answer, "RSP-04")


def empty_when_empty(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that 204 and 304 responses carry no body (RSP-05; RFC 9110, sections 15.3.5 and 15.4.5)."""
    http_response = answer.exchange.response
    if http_response is None or answer.status not in {204, 304}:
        return
    length = http_response.header("content-length") or "0"
    if http_response.body or (answer.status == 204 and length.strip() not in {"", "0"}):
        yield violated(
            answer,
            "RSP-05",
            f"a {answer.status} response has a body",
            expected="no body",
            actual=f"{len(http_response.body)} bytes, Content-Length {length}",
        )
    else:
        yield passed(answer, "RSP-05")


def fields_known(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that a body has no field outside the description (RSP-06)."""
    spec, http_response = answer.spec, answer.exchange.response
    if spec is None or http_response is None or not answer.is_json or answer.json is UNREADABLE:
        return
    pointer = next((media.schema for media in spec.media if media.type == http_response.media_type), "")
    if not pointer:
        return
    standard = _PROBLEM_MEMBERS if http_response.media_type == PROBLEM else frozenset()
    unknown = [field for field in subject.validators.unknown_fields(pointer, answer.json) if field not in standard]
    for field in unknown[:_MAX_ERRORS]:
        yield violated(
            answer,
            "RSP-06",
            "the field is not in the description",
            expected="a documented field",
            actual=field.rpartition("/")[2],
            pointer=field,
        )
    if not unknown and answer.ok and answer.json not in ([], {}):
        yield passed(answer, "RSP-06")


def no_server_error(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that no status is 5xx, except a documented 503 (RSP-08)."""
    if answer.status >= 500 and not (answer.status == 503 and _has_documented_503(answer)):
        yield violated(
            answer, "RSP-08", f"the server failed with {answer.status}", expected="below 500", actual=str(answer.status)
        )
    elif answer.status:
        yield passed(answer, "RSP-08")


def _has_documented_503(response: Answer) -> bool:
    """Return whether the operation documents status 503."""
    return any(spec.status == "503" for spec in response.operation.responses)


def body_parses(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """Check that the body is what its media type says: JSON that parses, or text in its charset (RSP-09)."""
    http_response = answer.exchange.response
    if http_response is None or http_response.cut or not (http_response.body or _has_promised_body(answer)):
        return
    if answer.is_json:
        yield _judge_json(answer, http_response)
    elif http_response.body and http_response.media_type.startswith("text/"):
        charset = _declared_charset(http_response)
        try:
            http_response.body.decode(charset)
        except (LookupError, ValueError) as error:
            yield violated(
                answer,
                "RSP-09",
                f"the text is not {charset}: {error}",
                expected=charset,
                actual=repr(http_response.body[:80]),
            )
        else:
            yield passed(answer, "RSP-09")


def _has_promised_body(response: Answer) -> bool:
    """Return whether the description promises a body with this response."""
    return (
        response.spec is not None
        and response.status not in {204, 304}
        and any(media.schema for media in response.spec.media)
    )


def _judge_json(response: Answer, http_response: Response) -> Outcome:
    """Return the outcome on a body that its media type calls JSON."""
    if response.json is not UNREADABLE:
        return passed(response, "RSP-09")
    if response.peculiar:
        return observed(
            response,
            "RSP-09",
            Verdict.INCONCLUSIVE,
            f"the body is JSON that readers may refuse (RFC 8259): {response.peculiar}",
        )
    return violated(
        response,
        "RSP-09",
        "the media type says JSON, the body does not parse as JSON in UTF-8",
        expected="JSON (RFC 8259)",
        actual=repr(http_response.body[:80]),
    )


def _declared_charset(response: Response) -> str:
    """Return the charset that a text declares; UTF-8 where it declares none."""
    match = re.search(r";\s*charset=\"?([\w.:-]+)", response.header("content-type") or "", re.IGNORECASE | re.ASCII)
    return match[1] if match else "UTF-8"


CHECKS = (
    Check(("RSP-01",), status_documented),
    Check(("RSP-02",), media_type_documented),
    Check(("RSP-03", "RSP-10"), body_valid),
    Check(("RSP-04",), headers_valid),
    Check(("RSP-05",), empty_when_empty),
    Check(("RSP-06",), fields_known),
    Check(("RSP-08",), no_server_error),
    Check(("RSP-09",), body_parses),
)
