"""The wait that a response asks for (RFC 9110, section 10.2.3)."""

from conformance.model import Exchange

_MAX_DIGITS = 9


def _find_retry_after(exchange: Exchange) -> str:
    """Return the Retry-After header of a response, empty where it has none."""
    return ((exchange.response.find_header("retry-after") if exchange.response else None) or "").strip()


def read_retry_after(exchange: Exchange) -> int | None:
    """Return the seconds that Retry-After asks for (RFC 9110, section 10.2.3), None where it is no sane number."""
    text = _find_retry_after(exchange)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else None
