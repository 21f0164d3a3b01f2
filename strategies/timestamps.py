"""Timestamps that key logs and bound filters (RFC 3339, section 5.6), and near misses of them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from strategies.near_misses import NearMiss

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)
_SPELLING = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def timestamps(
    *, earliest: datetime = EARLIEST, latest: datetime = LATEST, offsets: bool = False
) -> st.SearchStrategy[str]:
    """Return a strategy for RFC 3339 timestamps between two aware datetimes, in UTC with `Z`.

    With `offsets` some are in other time zones. They have no fraction, milliseconds or microseconds, and shrink towards
    a midnight. They are not percent-encoded: the caller must escape the `+` of an offset.

    In a test of your own::

        @given(at=timestamps(earliest=datetime(2024, 1, 1, tzinfo=UTC)))
        def test_a_log_is_keyed_by_time(at):
            client.get(f"/evses/{evse}/status_logs/{quote(at)}")
    """
    if earliest.tzinfo is None or latest.tzinfo is None or earliest > latest:
        raise InvalidArgument(f"earliest={earliest} and latest={latest} must have a time zone and be in this order")
    first, last = (bound.astimezone(UTC).replace(tzinfo=None) for bound in (earliest, latest))
    quarters = st.integers(-47, 56).map(lambda count: timezone(timedelta(minutes=15 * count)))
    zones = st.one_of(st.just(UTC), quarters) if offsets else st.just(UTC)
    precision = st.sampled_from(["seconds", "milliseconds", "microseconds"])
    return st.builds(_format_timestamp, st.datetimes(first, last), zones, precision)


def respellings(timestamp: str) -> tuple[str, ...]:
    """Return other spellings of the same instant: offset for `Z`, another zone, trailing zeros, lower case.

    >>> respellings("2024-01-01T00:00:00Z")[0]
    '2024-01-01T00:00:00+00:00'
    """
    day, time, fraction, offset = _split_timestamp(timestamp)
    instant = datetime.fromisoformat(timestamp.upper())
    digits = fraction or "."
    numeric_offset = offset.upper().replace("Z", "+00:00")
    in_other_zone = instant.astimezone(timezone(timedelta(hours=5, minutes=30)))
    spellings = (
        f"{day}T{time}{fraction}{numeric_offset}",
        f"{day}T{time}{digits.ljust(7, '0')}{offset}",
        f"{in_other_zone:%Y-%m-%dT%H:%M:%S}{fraction}+05:30",
        timestamp.lower(),
    )
    return tuple(spelling for spelling in dict.fromkeys(spellings) if spelling != timestamp)


_BAD: Mapping[str, Callable[[str, str, str, str], str]] = MappingProxyType(
    {
        "no-offset": lambda day, time, fraction, _: f"{day}T{time}{fraction}",
        "date-alone": lambda day, *_: day,
        "time-alone": lambda _, time, *__: time,
        "month-13": lambda day, time, fraction, offset: f"{day[:5]}13{day[7:]}T{time}{fraction}{offset}",
        "day-32": lambda day, time, fraction, offset: f"{day[:8]}32T{time}{fraction}{offset}",
        "february-30": lambda day, time, fraction, offset: f"{day[:5]}02-30T{time}{fraction}{offset}",
        "hour-25": lambda day, time, fraction, offset: f"{day}T25{time[2:]}{fraction}{offset}",
        "epoch-seconds": lambda *_: "1704067200",
        "word": lambda *_: "yesterday",
        "nul": lambda day, time, fraction, offset: f"{day}T{time}{fraction}{offset}\0",
        "year-10000": lambda day, time, fraction, offset: f"1{day}T{time}{fraction}{offset}",
    }
)


def bad_timestamps(valid: str) -> tuple[NearMiss, ...]:
    """Return every malformed timestamp near a valid one, by class, in a fixed order.

    >>> bad_timestamps("2024-01-01T00:00:00Z")[0]
    NearMiss(name='no-offset', value='2024-01-01T00:00:00')
    """
    parts = _split_timestamp(valid)
    return tuple(NearMiss(name, make(*parts)) for name, make in _BAD.items())


def _split_timestamp(timestamp: str) -> tuple[str, str, str, str]:
    """Return day, time, fraction and offset of an RFC 3339 timestamp; raises InvalidArgument for any other text."""
    match = _SPELLING.fullmatch(timestamp)
    if match is None:
        raise InvalidArgument(f"{timestamp!r} is not an RFC 3339 timestamp")
    day, time, fraction, offset = match.groups()
    return day, time, fraction or "", offset


def _format_timestamp(moment: datetime, zone: timezone, precision: str) -> str:
    """Return a naive UTC datetime as text in a zone, with a precision."""
    text = moment.replace(tzinfo=UTC).astimezone(zone).isoformat(timespec=precision)
    return text.replace("+00:00", "Z")
