"""RSP-01 to RSP-10: a response is what the description says it is."""

import re
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.checks.body_schemas import check_body_schema
from conformance.checks.errors import PROBLEM_JSON
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Response, Verdict

_NO_SUCCESS = " (one reading: only what is documented may come. The other: it documents no success, and has one)"
_NO_CONTENT = " (one reading: what has no content has no body. The other: the description leaves the body out)"
_MAX_UNKNOWN = 12  # fields that are reported of one response
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})  # which 304 fulfils (RFC 9110, section 15.4.5)


def _is_api_wide_status(response: OperationResponse) -> bool:
    """Return whether the API's general rules explain a status that the operation does not list.

    Versions, tokens, methods, media types and the rate limit are documented once for all operations. An operation that
    does not list them is a defect of the description (DSC), not of the server. HDR-09 judges 304.
    """
    operation, status = response.operation, response.status
    return (
        status in {400, 405, 406, 429}
        or (status in {401, 403} and operation.is_secured)
        or (status == 404 and bool(operation.path_parameters))
        or (status in {413, 415} and operation.body is not None)
        or (status == 304 and any(name.lower() in _CONDITIONS for name, _ in response.exchange.request.headers))
    )


def check_status(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that the status is documented for the operation (RSP-01)."""
    if not response.status or not response.is_own_method:
        return
    documented = [spec.status for spec in response.operation.responses]
    if response.spec is None and not _is_api_wide_status(response):
        is_silent = response.is_success and not any(status[:1] in {"2", "3"} for status in documented)
        yield judge_case(
            response,
            "RSP-01",
            Verdict.REVIEW if is_silent else Verdict.FAIL,
            f"status {response.status} is not documented for this operation{_NO_SUCCESS if is_silent else ''}",
            expected=" or ".join(documented),
            actual=str(response.status),
        )
    elif response.spec:
        yield pass_case(response, "RSP-01")


def check_media_type(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that the media type is documented for the status (RSP-02)."""
    spec, http_response = response.spec, response.exchange.response
    if spec is None or http_response is None or response.status in {204, 304}:
        return
    documented = [media.type for media in spec.media]
    if not documented and (not http_response.body or 300 <= response.status < 400):
        return  # the page that comes with a redirect is not documented (RFC 9110, section 15.4)
    if not documented and response.status >= 400 and http_response.media_type == PROBLEM_JSON:
        return  # errors are documented once for all operations; ERR-01 judges them
    if any(_is_documented_type(http_response.media_type, media_type) for media_type in documented):
        yield pass_case(response, "RSP-02")
    else:
        is_silent = not documented and response.is_success
        yield judge_case(
            response,
            "RSP-02",
            Verdict.REVIEW if is_silent else Verdict.FAIL,
            f"the media type is not documented for this status{_NO_CONTENT if is_silent else ''}",
            expected=" or ".join(documented) or "no body",
            actual=http_response.media_type or "no Content-Type",
            pointer="header:Content-Type",
        )


def _is_documented_type(media_type: str, documented: str) -> bool:
    """Return whether a media type is the documented one or within its range (OpenAPI 3.1, section 4.8.16)."""
    media_range = documented.partition(";")[0].strip().lower()
    return media_range in {media_type, media_type.partition("/")[0] + "/*", "*/*"} and bool(media_type)


def check_header_schemas(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that documented headers validate, and that required ones are present (RSP-04)."""
    spec, http_response = response.spec, response.exchange.response
    if spec is None or http_response is None:
        return
    is_judged = False
    for header in spec.headers:
        value = http_response.find_header(header.name)
        pointer = f"header:{header.name}"
        if value is None:
            if header.required:
                is_judged = True
                yield fail_case(response, "RSP-04", f"the required header {header.name} is absent", pointer=pointer)
            continue
        is_judged = True
        for error in (
            subject.validators.validate_response_header(response.operation, response.status, header.name, value) or ()
        ):
            yield fail_case(
                response, "RSP-04", error.message, expected=error.expected, actual=quote_json(value), pointer=pointer
            )
    if is_judged:
        yield pass_case(response, "RSP-04")


def check_empty_body(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that 204 and 304 responses carry no body (RSP-05; RFC 9110, sections 15.3.5 and 15.4.5)."""
    http_response = response.exchange.response
    if http_response is None or response.status not in {204, 304}:
        return
    length = http_response.find_header("content-length") or "0"
    if http_response.body or (response.status == 204 and length.strip() not in {"", "0"}):
        yield fail_case(
            response,
            "RSP-05",
            f"a {response.status} response has a body",
            expected="no body",
            actual=f"{len(http_response.body)} bytes, Content-Length {length}",
        )
    else:
        yield pass_case(response, "RSP-05")


def check_known_fields(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a body has no field outside the description (RSP-06)."""
    spec, http_response = response.spec, response.exchange.response
    if spec is None or http_response is None or not response.is_json or response.json is UNREADABLE:
        return
    pointer = next((media.schema for media in spec.media if media.type == http_response.media_type), "")
    if not pointer:
        return
    unknown = list(subject.validators.find_unknown_fields(pointer, response.json))
    if http_response.media_type == PROBLEM_JSON:  # its own members may be extended (RFC 9457, section 3.2)
        unknown = [field for field in unknown if field.count("/") > 1]
    for field in unknown[:_MAX_UNKNOWN]:
        yield fail_case(
            response,
            "RSP-06",
            "the field is not in the description",
            expected="a documented field",
            actual=field.rpartition("/")[2],
            pointer=field,
        )
    if not unknown and response.is_success and response.json not in ([], {}):
        yield pass_case(response, "RSP-06")


def check_no_server_error(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that no status is 5xx, except a documented 503 (RSP-08)."""
    if response.status >= 500 and not (response.status == 503 and _has_documented_503(response)):
        yield fail_case(
            response,
            "RSP-08",
            f"the server failed with {response.status}",
            expected="below 500",
            actual=str(response.status),
        )
    elif response.status:
        yield pass_case(response, "RSP-08")


def _has_documented_503(response: OperationResponse) -> bool:
    """Return whether the operation documents status 503."""
    return any(spec.status == "503" for spec in response.operation.responses)


def check_body_syntax(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that the body is what its media type says: JSON that parses, or text in its charset (RSP-09)."""
    http_response = response.exchange.response
    if http_response is None or http_response.cut or not (http_response.body or _has_promised_body(response)):
        return
    if response.is_part:
        return
    if response.is_json:
        yield _judge_json(response, http_response)
    elif http_response.body and http_response.media_type.startswith("text/"):
        charset = _declared_charset(http_response)
        try:
            http_response.body.decode(charset)
        except (LookupError, ValueError) as error:
            yield fail_case(
                response,
                "RSP-09",
                f"the text is not {charset}: {error}",
                expected=charset,
                actual=repr(http_response.body[:80]),
            )
        else:
            yield pass_case(response, "RSP-09")


def _has_promised_body(response: OperationResponse) -> bool:
    """Return whether the description promises a body with this response."""
    return (
        response.spec is not None
        and response.status not in {204, 304}
        and any(media.schema for media in response.spec.media)
    )


def _judge_json(response: OperationResponse, http_response: Response) -> Outcome:
    """Return the outcome on a body that its media type calls JSON."""
    if response.json is not UNREADABLE:
        return pass_case(response, "RSP-09")
    if response.unreadable_reason:
        return judge_case(
            response,
            "RSP-09",
            Verdict.INCONCLUSIVE,
            f"the body is JSON that readers may refuse (RFC 8259): {response.unreadable_reason}",
        )
    return fail_case(
        response,
        "RSP-09",
        "the media type says JSON, the body does not parse as JSON in UTF-8",
        expected="JSON (RFC 8259)",
        actual=repr(http_response.body[:80]),
    )


def _declared_charset(response: Response) -> str:
    """Return the charset that a text declares; UTF-8 where it declares none."""
    match = re.search(
        r";\s*charset=\"?([\w.:-]+)", response.find_header("content-type") or "", re.IGNORECASE | re.ASCII
    )
    return match[1] if match else "UTF-8"


CHECKS = (
    Check(("RSP-01",), check_status, by_body=True),
    Check(("RSP-02",), check_media_type, by_body=True),
    Check(("RSP-03", "RSP-10"), check_body_schema, by_body=True),
    Check(("RSP-04",), check_header_schemas),
    Check(("RSP-05",), check_empty_body),
    Check(("RSP-06",), check_known_fields, by_body=True),
    Check(("RSP-08",), check_no_server_error, by_body=True),
    Check(("RSP-09",), check_body_syntax, by_body=True),
)
