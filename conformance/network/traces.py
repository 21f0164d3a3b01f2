"""Trace ids, by which the engineers of a server find a request in their logs (W3C Trace Context)."""

import secrets
from hashlib import sha256
from itertools import count

_VERSION, _SAMPLED = "00", "01"
_PROCESS_BYTES = 8
_NAME_DIGITS = 12


class TraceNamer:
    """Names a trace for each request of a process (W3C Trace Context, section 3.2.2).

    A trace id is random digits of the process, the number of the request in it, and the digits of the exchange's id:
    two runs of one seed send the same requests and are told apart, a log of the server shows which exchange it was, and
    the run log can compress what repeats. Threads may share it.

    >>> namer = TraceNamer("0123456789abcdef")
    >>> namer.make_traceparent("xe5b185f5c2e9")
    '00-0123456789abcdef0001e5b185f5c2e9-0001e5b185f5c2e9-01'
    """

    def __init__(self, process: str = "") -> None:
        self._process = process or secrets.token_hex(_PROCESS_BYTES)
        self._numbers = count(1)

    def make_traceparent(self, exchange: str) -> str:
        """Return the value of `traceparent` for a request whose exchange has this id."""
        span = f"{next(self._numbers) % 0x10000:04x}{_read_digits(exchange)}"
        return f"{_VERSION}-{self._process}{span}-{span}-{_SAMPLED}"


def _read_digits(exchange: str) -> str:
    """Return the hexadecimal digits of an exchange's id, those of its digest where it has others."""
    digits = exchange[1 : 1 + _NAME_DIGITS]
    is_hexadecimal = len(digits) == _NAME_DIGITS and all(digit in "0123456789abcdef" for digit in digits)
    return digits if is_hexadecimal and digits.strip("0") else sha256(exchange.encode()).hexdigest()[:_NAME_DIGITS]
