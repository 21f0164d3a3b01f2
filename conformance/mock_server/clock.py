"""The server's time: microseconds since 1970, read from the machine and moved forward on request."""

import re
import time
from datetime import UTC, datetime, timedelta

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+ -]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that runs like the machine's, from a given start, and can be moved forward.

    A frozen clock stands still until it is moved, so that two runs give the same times.
    """

    def __init__(self, start: int | None = None, *, frozen: bool = False) -> None:
        self._frozen = frozen
        self._origin = time.monotonic_ns()
        self.start = time.time_ns() // 1000 if start is None else start
        self._moved = 0

    def now(self) -> int:
        """Return the time in microseconds since 1970."""
        running = 0 if self._frozen else (time.monotonic_ns() - self._origin) // 1000
        return self.start + self._moved + running

    def advance(self, microseconds: int) -> None:
        """Move the clock forward; a negative number of microseconds changes nothing."""
        self._moved += max(0, microseconds)


def format_time(moment: int) -> str:
    """Return a time as RFC 3339 in UTC with six decimals, so that texts sort as their times do."""
    return (_EPOCH + timedelta(microseconds=moment)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> int | None:
    """Return the microseconds of an RFC 3339 date-time with offset, or None.

    A `+` that became a blank in a query is accepted.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+", 1))
        if moment.tzinfo is None:
            return None
        return (moment - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None
