"""Ids: four letters that name a collection, then a ULID (https://github.com/ulid/spec)."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.tools.ulid import ALPHABET

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 80  # random bits after the 48 bits of time
_PREFIX = re.compile(r"[a-z]{4}")


def ulids(*, earliest: datetime = EARLIEST, latest: datetime = LATEST) -> st.SearchStrategy[str]:
    """Return a strategy for ULIDs whose time lies between two aware datetimes, both included.

    They shrink towards `earliest` and zeros.

    >>> from hypothesis import find
    >>> find(ulids(earliest=datetime(2024, 1, 1, tzinfo=UTC)), lambda ulid: True)
    '01HK153X000000000000000000'
    """
    first, last = _compute_bounds(earliest, latest)
    return st.integers(first, last).map(encode_ulid)


def prefixed_ulids(prefix: str, *, earliest: datetime = EARLIEST, latest: datetime = LATEST) -> st.SearchStrategy[str]:
    """Return a strategy for ids of one collection, such as `vhcl01HQR99ZREJD9285NV25PVCKVG`.

    `prefix` is the four lower-case letters that name the collection.

    In a test of your own::

        @given(vehicle_id=prefixed_ulids("vhcl"))
        def test_a_random_id_is_not_found(vehicle_id):
            assert client.get(f"/vehicles/{vehicle_id}").status_code == 404
    """
    _check_prefix(prefix)
    return ulids(earliest=earliest, latest=latest).map(prefix.__add__)


def monotonic_ids(
    prefix: str, *, min_size: int = 2, max_size: int = 10, earliest: datetime = EARLIEST, latest: datetime = LATEST
) -> st.SearchStrategy[list[str]]:
    """Return a strategy for strictly rising lists of ids, many within one millisecond (ULID, Monotonicity).

    >>> from hypothesis import find
    >>> ids = find(monotonic_ids("evse", min_size=3), lambda ids: True)
    >>> ids == sorted(ids)
    True
    """
    _check_prefix(prefix)
    if not 0 <= min_size <= max_size:
        raise InvalidArgument(
            f"min_size={min_size} and max_size={max_size} allow no list: 0 ≤ min_size ≤ max_size must hold"
        )
    first, last = _compute_bounds(earliest, latest)
    steps = st.one_of(st.just(1), st.integers(1, 1 << 20), st.integers(1, 1 << (_RANDOM_BITS + 16)))
    runs = st.tuples(st.integers(first, last), st.lists(steps, min_size=max(min_size - 1, 0), max_size=max_size - 1))
    rising = runs.map(lambda run: _accumulate(*run)).filter(lambda run: run[-1] <= last)
    lists = rising.map(lambda run: [prefix + encode_ulid(number) for number in run])
    return lists if min_size else st.one_of(st.just([]), lists)


def encode_ulid(number: int) -> str:
    """Return a number of 128 bits as a ULID: 26 characters of Crockford's base32."""
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def _accumulate(start: int, steps: list[int]) -> list[int]:
    """Return the start and all partial sums of the steps."""
    run = [start]
    for step in steps:
        run.append(run[-1] + step)
    return run


def _check_prefix(prefix: str) -> None:
    """Raise InvalidArgument for a prefix that is not four lower-case letters."""
    if not _PREFIX.fullmatch(prefix):
        raise InvalidArgument(f"prefix must be four lower-case letters, got {prefix!r}")


def _compute_bounds(earliest: datetime, latest: datetime) -> tuple[int, int]:
    """Return the least and the greatest ULID, as numbers, between two datetimes."""
    if earliest.tzinfo is None or latest.tzinfo is None:
        raise InvalidArgument("earliest and latest must have a time zone")
    first, last = (round(moment.timestamp() * 1000) for moment in (earliest, latest))
    if not 0 <= first <= last:
        raise InvalidArgument(f"no ULID lies between earliest={earliest} and latest={latest}")
    return first << _RANDOM_BITS, (last << _RANDOM_BITS) | ((1 << _RANDOM_BITS) - 1)
