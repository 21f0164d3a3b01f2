"""Ids: four letters that name a collection, then a ULID, 48 bits of time and 80 of chance (https://github.com/ulid/spec)."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.ulid import ALPHABET

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)
_CHANCE = 80  # bits below the time
_PREFIX = re.compile(r"[a-z]{4}")


def ulids(*, earliest: datetime = EARLIEST, latest: datetime = LATEST) -> st.SearchStrategy[str]:
    """ULIDs whose time lies between two aware datetimes, both included; they shrink towards `earliest` and zeros.

    >>> ulids(earliest=datetime(2024, 1, 1, tzinfo=UTC)).filter(lambda ulid: ulid > "01HK")
    """
    first, last = _bounds(earliest, latest)
    return st.integers(first, last).map(encoded)


def prefixed_ulids(prefix: str, *, earliest: datetime = EARLIEST, latest: datetime = LATEST) -> st.SearchStrategy[str]:
    """Ids of the collection that four lower-case letters name, as `vhcl01HQR99ZREJD9285NV25PVCKVG`.

    >>> @given(vehicle_id=prefixed_ulids("vhcl"))
    ... def test_any_vehicle_can_be_shown(vehicle_id): ...
    """
    _check_prefix(prefix)
    return ulids(earliest=earliest, latest=latest).map(prefix.__add__)


def monotonic_ids(
    prefix: str, *, min_size: int = 2, max_size: int = 10, earliest: datetime = EARLIEST, latest: datetime = LATEST
) -> st.SearchStrategy[list[str]]:
    """Lists of ids that rise strictly, many within one millisecond, as one generator makes them (ULID, monotonicity).

    >>> @given(ids=monotonic_ids("evse", min_size=3))
    ... def test_pages_follow_creation(ids): assert ids == sorted(ids)
    """
    _check_prefix(prefix)
    if not 0 <= min_size <= max_size:
        raise InvalidArgument(f"min_size={min_size} and max_size={max_size} admit no list")
    first, last = _bounds(earliest, latest)
    steps = st.one_of(st.just(1), st.integers(1, 1 << 20), st.integers(1, 1 << (_CHANCE + 16)))
    runs = st.tuples(st.integers(first, last), st.lists(steps, min_size=max(min_size - 1, 0), max_size=max_size - 1))
    risen = runs.map(lambda run: _risen(*run)).filter(lambda run: run[-1] <= last)
    lists = risen.map(lambda run: [prefix + encoded(each) for each in run])
    return lists if min_size else st.one_of(st.just([]), lists)


def encoded(number: int) -> str:
    """A number of 128 bits as ULID: 26 characters of Crockford's base32."""
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def _risen(start: int, steps: list[int]) -> list[int]:
    run = [start]
    for step in steps:
        run.append(run[-1] + step)
    return run


def _check_prefix(prefix: str) -> None:
    if not _PREFIX.fullmatch(prefix):
        raise InvalidArgument(f"prefix={prefix!r} is not four lower-case letters")


def _bounds(earliest: datetime, latest: datetime) -> tuple[int, int]:
    if earliest.tzinfo is None or latest.tzinfo is None:
        raise InvalidArgument("earliest and latest need a time zone")
    first, last = (round(each.timestamp() * 1000) for each in (earliest, latest))
    if not 0 <= first <= last:
        raise InvalidArgument(f"no ULID lies between earliest={earliest} and latest={latest}")
    return first << _CHANCE, (last << _CHANCE) | ((1 << _CHANCE) - 1)
