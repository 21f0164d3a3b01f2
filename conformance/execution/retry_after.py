"""The wait that a response asks for (RFC 9110, section 10.2.3)."""

from conformance.model import Exchange
from conformance.tools.counts import parse_count

_MAX_S = 999_999_999


def read_retry_after(exchange: Exchange) -> int | None:
    """Return the seconds that Retry-After asks for (RFC 9110, section 10.2.3), None where it has no whole number."""
    text = (exchange.response.find_header("retry-after") if exchange.response else None) or ""
    return parse_count(text.strip(), _MAX_S)
