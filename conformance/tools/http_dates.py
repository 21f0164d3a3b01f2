"""Dates in HTTP headers (RFC 9110, section 5.6.7)."""

from email.utils import parsedate_to_datetime


def parse_http_date(text: str | None) -> float:
    """Return a date in seconds since 1970; 0 for anything else.

    >>> parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT")
    784111777.0
    >>> parse_http_date("yesterday")
    0.0
    """
    try:
        return parsedate_to_datetime(text).timestamp() if text else 0.0
    except (ValueError, TypeError, OverflowError):
        return 0.0
