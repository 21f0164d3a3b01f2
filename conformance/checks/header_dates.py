"""HDR-11 to HDR-13: headers of times and validators are well formed and true."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.tools.counts import parse_count

_WINDOW_S = 3600  # of the rate limit, in seconds
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_HTTP_DATE = re.compile(_DAY + r", \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT")
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')  # RFC 9110, section 8.8.3
_MOMENT = re.compile(r"@\d{1,12}")  # a date of structured fields (RFC 9651, section 3.3.7)


def check_retry_after(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `Retry-After` is seconds or a date, and with 429 within the hour of the rate limit (HDR-11)."""
    http_response = response.exchange.response
    value = http_response.find_header("retry-after") if http_response else None
    if value is None:
        return
    text = value.strip()
    seconds = parse_count(text)
    if seconds is None and _parse_date(text) is None:
        message, expected = "Retry-After is neither a number of seconds nor an HTTP date", "seconds, or a date"
    elif seconds is not None and response.status == 429 and seconds > _WINDOW_S:
        message, expected = "Retry-After is longer than the hour of the rate limit", f"≤ {_WINDOW_S}"
    else:
        yield pass_case(response, "HDR-11")
        return
    yield fail_case(
        response, "HDR-11", message, expected=expected, actual=quote_json(value), pointer="header:Retry-After"
    )


def check_deprecation(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `Deprecation` and `Sunset` are dates in this order (HDR-12).

    `true` and an HTTP date are what drafts of RFC 9745 had in `Deprecation`.
    """
    http_response = response.exchange.response
    if http_response is None:
        return
    deprecation, sunset = http_response.find_header("deprecation"), http_response.find_header("sunset")
    begins = ends = None
    if deprecation is not None:
        text = deprecation.strip()
        begins = float(text[1:]) if _MOMENT.fullmatch(text) else _parse_date(text)
        if begins is None and text != "true":
            yield _fail_date(response, "Deprecation", deprecation, "@ and seconds since 1970")
            return
    if sunset is not None:
        ends = _parse_date(sunset.strip())
        if ends is None:
            yield _fail_date(response, "Sunset", sunset, "an HTTP date")
            return
    if begins is not None and ends is not None and ends < begins:
        message = "the API ends before it is deprecated"
        actual = f"Deprecation: {deprecation}, Sunset: {sunset}"
        yield fail_case(response, "HDR-12", message, actual=actual, pointer="header:Sunset")
    elif deprecation is not None or sunset is not None:
        yield pass_case(response, "HDR-12")


def _fail_date(response: OperationResponse, name: str, value: str, expected: str) -> Outcome:
    """Return the violation of a header that is no date."""
    message = f"{name} is not a date"
    return fail_case(response, "HDR-12", message, expected=expected, actual=quote_json(value), pointer=f"header:{name}")


def check_validators(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that `ETag` is a quoted tag, and `Last-Modified` a date that is not later than `Date` (HDR-13)."""
    http_response = response.exchange.response
    if http_response is None:
        return
    tag, modified = http_response.find_header("etag"), http_response.find_header("last-modified")
    complaints: list[tuple[str, str, str]] = []
    if tag is not None and not _ENTITY_TAG.fullmatch(tag.strip()):
        complaints.append(("ETag", "ETag is not a quoted entity tag", tag))
    changed = _parse_date((modified or "").strip())
    sent = _parse_date((http_response.find_header("date") or "").strip())
    if modified is not None and changed is None:
        complaints.append(("Last-Modified", "Last-Modified is not an HTTP date", modified))
    elif changed is not None and sent is not None and changed > sent:
        complaints.append(("Last-Modified", "Last-Modified is later than Date", str(modified)))
    for name, message, value in complaints:
        yield fail_case(response, "HDR-13", message, actual=quote_json(value), pointer=f"header:{name}")
    if not complaints and (tag is not None or modified is not None):
        yield pass_case(response, "HDR-13")


def _parse_date(text: str) -> float | None:
    """Return an HTTP date (RFC 9110, section 5.6.7) in seconds since 1970; None for anything else."""
    if not _HTTP_DATE.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


CHECKS = (
    Check(("HDR-11",), check_retry_after),
    Check(("HDR-12",), check_deprecation),
    Check(("HDR-13",), check_validators),
)
