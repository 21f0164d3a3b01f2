"""RSP: an answer is what the description says it is."""

import re
from collections.abc import Iterator

from conformance.answers import UNREADABLE, Answer
from conformance.checks.base import Check
from conformance.checks.errors import PROBLEM
from conformance.judging import observed, passed, quote, violated
from conformance.model import Outcome, Response, Role, Verdict
from conformance.subject import Subject
from conformance.validation import SchemaError

_MOST_ERRORS = 12  # schema errors reported of one answer; more of them teach nothing
# RFC 9457, section 3.1, and what the API documents for rejected writes (ERR-04)
_PROBLEM_MEMBERS = frozenset({"/type", "/title", "/status", "/detail", "/instance", "/field_errors"})
_LEAKS = re.compile(
    rb"Traceback \(most recent call last\)"
    rb"|\bat [\w.$]+\([\w]+\.java:\d+\)"
    rb"|\bat [^\s()]{1,200} \((?:file://)?/[^\s()]{1,200}:\d+:\d+\)"
    rb"|\bgoroutine \d+ \[running\]"
    rb"|\bFile \\?\"[^\"]+\.py\\?\", line \d+"
    rb"|\bSELECT\b.{1,200}\bFROM\b.{1,200}\bWHERE\b|\bINSERT INTO\b.{1,200}\bVALUES\b"
    rb"|\bUPDATE\b.{1,200}\bSET\b.{1,200}\bWHERE\b|\bDELETE FROM\b.{1,200}\bWHERE\b"
    rb"|\b(?:psycopg|django\.db|sqlalchemy|ProgrammingError|IntegrityError)\b"
    rb"|(?<![\w:/])/(?:usr|home|var|srv|opt|app)/[\w.-]+/[\w./-]+\.(?:py|js|rb|so|conf|env)\b"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bwhsec_[A-Za-z0-9+/=]{16,}"
)

# One of these stands in whatever `_LEAKS` finds; to look for them is thirty times faster.
_SIGNS = (
    *(b"Traceback (", b".java:", b"(/", b"(file:", b"goroutine ", b"File ", b"SELECT", b"INSERT INTO", b"UPDATE"),
    *(b"DELETE FROM", b"psycopg", b"django.db", b"sqlalchemy", b"PRIVATE KEY", b"AKIA", b"whsec_"),
    *(b"ProgrammingError", b"IntegrityError", b"/usr/", b"/home/", b"/var/", b"/srv/", b"/opt/", b"/app/"),
)


def _api_wide(answer: Answer) -> bool:
    """Whether the API's general rules explain a status that the operation does not list.

    Versions, tokens, methods, media types and the allowance are documented once for all operations; that an operation
    forgets to list them is a fault of the description (DSC), not of the server.
    """
    operation, status = answer.operation, answer.status
    return (
        status in {400, 405, 406, 429}
        or (status in {401, 403} and operation.secured)
        or (status == 404 and bool(operation.path_parameters))
        or (status in {413, 415} and operation.body is not None)
    )


def status_documented(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-01: the status is documented for the operation."""
    if not answer.status or not answer.own:
        return
    documented = [each.status for each in answer.operation.responses]
    if answer.spec is None and not _api_wide(answer):
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
    """RSP-02: the media type is documented for that status."""
    spec, response = answer.spec, answer.exchange.response
    if spec is None or response is None or answer.status in {204, 304}:
        return
    documented = [media.type for media in spec.media]
    if not documented and (not response.body or 300 <= answer.status < 400):
        return  # a redirect's courtesy page is nobody's contract (RFC 9110, section 15.4)
    if not documented and answer.status >= 400 and response.media_type == PROBLEM:
        return  # errors are documented once for all operations; ERR-01 holds them to it
    if any(_fits(response.media_type, each) for each in documented):
        yield passed(answer, "RSP-02")
    else:
        yield violated(
            answer,
            "RSP-02",
            "the media type is not documented for this status",
            expected=" or ".join(documented) or "no body",
            actual=response.media_type or "no Content-Type",
            pointer="header:Content-Type",
        )


def _fits(media_type: str, documented: str) -> bool:
    """Whether a media type is the documented one or within its range (OpenAPI 3.1, section 4.8.16)."""
    wanted = documented.partition(";")[0].strip().lower()
    return wanted in {media_type, media_type.partition("/")[0] + "/*", "*/*"} and bool(media_type)


def body_valid(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-03 and RSP-10: the body validates against its schema, formats included; in a list, each item of the page."""
    response = answer.exchange.response
    if response is None or answer.spec is None or not answer.is_json or answer.json is UNREADABLE or response.cut:
        return
    errors = subject.validators.body(answer.operation, answer.status, response.media_type, answer.json)
    if errors is None:
        return
    listed = answer.ok and answer.operation.role is Role.LIST
    if not errors:
        if answer.ok:
            yield passed(answer, "RSP-03")
        if answer.items and listed:
            yield passed(answer, "RSP-10")
        return
    in_items = tuple(at for at, _ in answer.items)
    opinion = subject.opinion.response(answer.operation, answer.exchange)
    for error in errors[:_MOST_ERRORS]:
        yield _schema_outcome("RSP-03", answer, error, opinion)
        if listed and error.pointer.startswith(in_items):
            yield _schema_outcome("RSP-10", answer, error, opinion)


def _schema_outcome(requirement: str, answer: Answer, error: SchemaError, opinion: tuple[str, ...]) -> Outcome:
    verdict, message = Verdict.FAIL, error.message
    if error.ambiguous:
        verdict = Verdict.REVIEW
        message = f"the description has two readings: by the letter, {message}; as it is meant, any form will do"
    elif not opinion:
        verdict = Verdict.INCONCLUSIVE
        message = f"the compiled validator objects, openapi-core does not: {message}"
    return observed(
        answer,
        requirement,
        verdict,
        message,
        expected=error.expected,
        actual=error.actual,
        pointer=error.pointer,
    )


def headers_valid(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-04: documented headers validate, and required ones are there."""
    spec, response = answer.spec, answer.exchange.response
    if spec is None or response is None:
        return
    judged = False
    for header in spec.headers:
        value = response.header(header.name)
        pointer = f"header:{header.name}"
        if value is None:
            if header.required:
                judged = True
                yield violated(answer, "RSP-04", f"the required header {header.name} is absent", pointer=pointer)
            continue
        judged = True
        for error in subject.validators.header(answer.operation, answer.status, header.name, value) or ():
            yield violated(
                answer, "RSP-04", error.message, expected=error.expected, actual=quote(value), pointer=pointer
            )
    if judged:
        yield passed(answer, "RSP-04")


def empty_when_empty(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-05: 204 and 304 carry no body (RFC 9110, sections 15.3.5 and 15.4.5)."""
    response = answer.exchange.response
    if response is None or answer.status not in {204, 304}:
        return
    length = response.header("content-length") or "0"
    if response.body or (answer.status == 204 and length.strip() not in {"", "0"}):
        yield violated(
            answer,
            "RSP-05",
            f"a {answer.status} has no body",
            expected="no body",
            actual=f"{len(response.body)} bytes, Content-Length {length}",
        )
    else:
        yield passed(answer, "RSP-05")


def fields_known(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-06: no field outside the description."""
    spec, response = answer.spec, answer.exchange.response
    if spec is None or response is None or not answer.is_json or answer.json is UNREADABLE:
        return
    pointer = next((media.schema for media in spec.media if media.type == response.media_type), "")
    if not pointer:
        return
    standard = _PROBLEM_MEMBERS if response.media_type == PROBLEM else frozenset()
    unknown = [each for each in subject.validators.unknown_fields(pointer, answer.json) if each not in standard]
    for field in unknown[:_MOST_ERRORS]:
        yield violated(
            answer,
            "RSP-06",
            "the description does not know this field",
            expected="a documented field",
            actual=field.rpartition("/")[2],
            pointer=field,
        )
    if not unknown and answer.ok and answer.json not in ([], {}):
        yield passed(answer, "RSP-06")


def no_server_error(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-08: never 5xx; 503 only where documented."""
    if answer.status >= 500 and not (answer.status == 503 and _documents_503(answer)):
        yield violated(
            answer, "RSP-08", f"the server failed with {answer.status}", expected="below 500", actual=str(answer.status)
        )
    elif answer.status:
        yield passed(answer, "RSP-08")


def _documents_503(answer: Answer) -> bool:
    return any(each.status == "503" for each in answer.operation.responses)


def body_parses(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-09: the body is what its media type says: JSON that parses, text that is UTF-8."""
    response = answer.exchange.response
    if response is None or response.cut or not (response.body or _promised(answer)):
        return
    if answer.is_json:
        yield _json_parses(answer, response)
    elif response.body and response.media_type.startswith("text/"):
        charset = _charset(response)
        try:
            response.body.decode(charset)
        except (LookupError, ValueError) as error:
            yield violated(
                answer,
                "RSP-09",
                f"the text is not {charset}: {error}",
                expected=charset,
                actual=repr(response.body[:80]),
            )
        else:
            yield passed(answer, "RSP-09")


def _promised(answer: Answer) -> bool:
    """Whether the description promises a body with this answer, so that an empty one is a broken promise."""
    return answer.spec is not None and answer.status not in {204, 304} and any(m.schema for m in answer.spec.media)


def _json_parses(answer: Answer, response: Response) -> Outcome:
    if answer.json is not UNREADABLE:
        return passed(answer, "RSP-09")
    if answer.peculiar:
        return observed(
            answer, "RSP-09", Verdict.INCONCLUSIVE, f"JSON that readers may refuse (RFC 8259): {answer.peculiar}"
        )
    return violated(
        answer,
        "RSP-09",
        "the media type says JSON, the body does not parse as JSON in UTF-8",
        expected="JSON (RFC 8259)",
        actual=repr(response.body[:80]),
    )


def _charset(response: Response) -> str:
    """The charset that a text declares, UTF-8 without one."""
    found = re.search(r";\s*charset=\"?([\w.:-]+)", response.header("content-type") or "", re.IGNORECASE | re.ASCII)
    return found[1] if found else "UTF-8"


def nothing_leaks(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """RSP-11: a body carries no stack trace, SQL, file path or secret."""
    response = answer.exchange.response
    if response is None or not response.body:
        return
    body = response.body
    leak = _LEAKS.search(body) if any(map(body.__contains__, _SIGNS)) else None
    if leak:
        text = leak.group().decode(errors="replace")
        yield violated(answer, "RSP-11", "the body shows the inside of the server", actual=text[:120])
    else:
        yield passed(answer, "RSP-11")


CHECKS = (
    Check(("RSP-01",), status_documented),
    Check(("RSP-02",), media_type_documented),
    Check(("RSP-03", "RSP-10"), body_valid),
    Check(("RSP-04",), headers_valid),
    Check(("RSP-05",), empty_when_empty),
    Check(("RSP-06",), fields_known),
    Check(("RSP-08",), no_server_error),
    Check(("RSP-09",), body_parses),
    Check(("RSP-11",), nothing_leaks),
)
