"""Trace ids, by which the engineers of a server find a request in their logs (W3C Trace Context)."""

import secrets

_VERSION, _SAMPLED = "00", "01"


def make_traceparent() -> str:
    """Return the value of `traceparent` for a request of its own trace (W3C Trace Context, section 3.2.2).

    It is random: two runs of one seed send the same requests, and are told apart by it.
    """
    return f"{_VERSION}-{_make_id(16)}-{_make_id(8)}-{_SAMPLED}"


def _make_id(size: int) -> str:
    """Return an id of so many bytes that is not all zeros, which would mean no id."""
    while not any(value := secrets.token_bytes(size)):
        pass
    return value.hex()
