"""ERR-11 and HDR-09: headers that HTTP allows and the API does not need change nothing of a read.

They are sent together with a version: the read in version 2 (VER-03) is the same request.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import msgspec

from conformance.applicability.selectors import is_plain_get
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.model.exchange import UNKNOWN_ORIGIN
from conformance.probes.headers.entity_tags import read_tag
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.refusals import find_call_as
from conformance.probes.toolkit.samples import choose_ways, count_attempts, know_ways

_HARMLESS = (
    # The type that is liked best is one that no operation has: the others are acceptable (RFC 9110, section 12.5.1).
    ("Accept", "image/avif, application/*;q=0.8, */*;q=0.1"),
    ("Accept-Language", "de-CH, fr;q=0.9, *;q=0.1"),
    ("Accept-Charset", "utf-8, iso-8859-1;q=0.5"),
    ("Content-Type", "application/json"),
    ("Cookie", "evconform=1; theme=dark"),
    ("X-Requested-With", "XMLHttpRequest"),
)
_KEPT_BY_304 = ("ETag", "Vary", "Cache-Control")
# Conditions that no response can meet; 304 would say that the client has what it never got.
_CONDITIONS = (("If-None-Match", '"evconform-never-issued"'), ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"))
# A unit that no server knows must be ignored; so may bytes, or a part is sent (RFC 9110, sections 14.2 and 15.3.7).
_RANGES = {"If-None-Match": ("Range", "evconform=0-1"), "If-Modified-Since": ("Range", "bytes=0-9")}
_DAY = timedelta(days=1)
_ORIGIN = ("Origin", UNKNOWN_ORIGIN)  # HDR-06 judges the answer; a server may refuse unknown origins


def version_need(operation: Operation) -> Need:
    """Return the need of the read in version 2, with the unneeded headers."""
    return Need(f"read {operation.path} in version 2", identity=ANY_READER, sampled=True)


def build_versioned_request(request: Request, subject: Subject) -> Request:
    """Return the request of a read with version 2 of the API."""
    name = subject.version_header
    kept = tuple((key, value) for key, value in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, "2")))


def add_unneeded_headers(request: Request, operation: Operation, subject: Subject) -> Request:
    """Return the request of a read in version 2 with all unneeded headers and the condition of this seed."""
    (condition,) = _choose_conditions(operation, subject)[:1]
    return _add_all(build_versioned_request(request, subject), condition)


def _choose_conditions(operation: Operation, subject: Subject) -> tuple[tuple[str, str], ...]:
    return choose_ways(_CONDITIONS, 1, subject, choose_turn(operation, len(_CONDITIONS)))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain read, and the one with the headers."""
    return (
        *plain_read_needs(operation, model, ANY_READER),
        version_need(operation),
    )


def _plain_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain read: a server without validators is sent nothing else."""
    return plain_read_needs(operation, model, ANY_READER)


def send_unneeded_headers(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a read with all of the headers, and compare its status with that of the plain read."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("ERR-11", "HDR-09"), operation, call)
        return
    request = call.build_request()
    plain = yield from send(operation, request)
    if not plain.is_success:
        reason = f"the plain read returns {plain.status}"
        for requirement in ("ERR-11", "HDR-09"):
            yield judge_case(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return

    def send_condition(condition: tuple[str, str]) -> Steps[None]:
        yield from _compare_with_plain(plain, condition, subject)

    yield from count_attempts(_choose_conditions(operation, subject), len(_CONDITIONS), send_condition)


def send_stale_conditions(operation: Operation, subject: Subject) -> Steps[None]:
    """Send conditions that the validators of a plain read do not meet; nothing where it has no validators (HDR-09)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("HDR-09",), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    conditions = list_stale_conditions(plain)
    if not conditions:
        yield judge_case(plain, "HDR-09", Verdict.NOT_APPLICABLE, "the read has no validators")
    is_careless = False
    for condition in conditions:
        response = yield from send(operation, _add(plain.exchange.request, condition))
        if response.status == 304:
            is_careless = True
            message = f"the server returns 304 although the condition of {condition[0]} is not met"
            yield fail_case(response, "HDR-09", message, expected=str(plain.status), actual="304", also=(plain,))
        else:
            yield pass_case(response, "HDR-09")

    if not is_careless:
        yield from check_not_modified(plain)


def check_not_modified(plain: OperationResponse) -> Steps[None]:
    """Check that a 304 for the tag of a read has the headers of that read (RFC 9110, section 15.4.5)."""
    http_response, tag = plain.exchange.response, read_tag(plain)
    if http_response is None or not tag:
        return
    response = yield from send(plain.operation, _add(plain.exchange.request, ("If-None-Match", tag)))
    received = response.exchange.response
    if response.status != 304 or received is None:
        return
    lost = [n for n in _KEPT_BY_304 if http_response.find_header(n) and received.find_header(n) is None]
    for name in lost:
        message = f"a 304 lacks {name}, which the 200 has"
        expected = f"{name}: {http_response.find_header(name)}"
        yield fail_case(
            response, "HDR-09", message, expected=expected, actual="absent", pointer=f"header:{name}", also=(plain,)
        )
    if not lost:
        yield pass_case(response, "HDR-09")


def list_stale_conditions(plain: OperationResponse) -> tuple[tuple[str, str], ...]:
    """Return conditions that a response does not meet: a tag nobody issued, and a day before its `Last-Modified`."""
    http_response = plain.exchange.response
    if http_response is None or not plain.is_success:
        return ()
    conditions = [_CONDITIONS[0]] if http_response.find_header("etag") else []
    if modified := _parse_date(http_response.find_header("last-modified")):
        conditions.append(("If-Modified-Since", format_datetime(modified - _DAY, usegmt=True)))
    return tuple(conditions)


def _parse_date(text: str | None) -> datetime | None:
    """Return an HTTP date in UTC; None for anything else."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def _compare_with_plain(plain: OperationResponse, condition: tuple[str, str], subject: Subject) -> Steps[None]:
    """Send a read with all of the headers and one condition, and compare its status with that of the plain read."""
    operation, request = plain.operation, plain.exchange.request
    response = yield from send(operation, _add_all(build_versioned_request(request, subject), condition))
    if response.status == 304:
        message = f"the server returns 304 although the condition of {condition[0]} is not met"
        yield fail_case(response, "HDR-09", message, expected=str(plain.status), actual="304", also=(plain,))
    else:
        yield pass_case(response, "HDR-09")
    if _is_unmarked_part(response):
        message = "a part of the read has no Content-Range"
        yield fail_case(response, "ERR-11", message, expected="Content-Range with 206", pointer="header:Content-Range")
    elif response.is_success or response.status == 304:
        yield pass_case(response, "ERR-11")
    else:
        yield from _find_culprits(response, request, plain, (*_HARMLESS, _RANGES[condition[0]]))


def _is_unmarked_part(response: OperationResponse) -> bool:
    """Return whether a response is a part that does not say which (RFC 9110, section 15.3.7)."""
    http_response = response.exchange.response
    if http_response is None or response.status != 206:
        return False
    return not http_response.find_header("content-range") and http_response.media_type != "multipart/byteranges"


def _add_all(request: Request, condition: tuple[str, str]) -> Request:
    """Return the request with all of the headers and one condition."""
    return _add(request, *_HARMLESS, _RANGES[condition[0]], condition, _ORIGIN)


def _add(request: Request, *headers: tuple[str, str]) -> Request:
    """Return the request with further headers; a cookie of ours is no secret."""
    cookies = tuple(value for name, value in headers if name == "Cookie")
    return msgspec.structs.replace(
        request, headers=(*request.headers, *headers), invented=(*request.invented, *cookies)
    )


def _find_culprits(
    together: OperationResponse, request: Request, plain: OperationResponse, harmless: tuple[tuple[str, str], ...]
) -> Steps[None]:
    """Send each header alone, and report those that the read fails with; report nothing where none does."""
    is_reported = False
    for header in harmless:
        alone = yield from send(together.operation, _add(request, header))
        if not alone.is_success and alone.status not in {401, 429}:
            is_reported = True
            yield from _report(alone, header, plain)
    if not is_reported:
        reason = f"only together they cause {together.status}"
        yield judge_case(together, "ERR-11", Verdict.NOT_OBSERVABLE, reason, also=(plain,))


def _report(alone: OperationResponse, header: tuple[str, str], plain: OperationResponse) -> Iterator[Outcome]:
    """Report a read that fails because of one header."""
    name, value = header
    message = f"a correct read is refused because of {name}"
    actual = f"{alone.status} with {name}: {value}"
    yield fail_case(
        alone, "ERR-11", message, expected=str(plain.status), actual=actual, pointer=f"header:{name}", also=(plain,)
    )


PROBES = (
    Probe(
        "unneeded-headers", ("ERR-11", "HDR-09"), is_plain_get, _needs, send_unneeded_headers, rank=2,
        ways=know_ways(len(_CONDITIONS)),
    ),
    Probe("stale-conditions", ("HDR-09",), is_plain_get, _plain_needs, send_stale_conditions, rank=2),
)  # fmt: skip
