"""Page sizes and cursors: valid ones, and invalid ones by class."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.model import Pagination, Scheme
from strategies.ids import prefixed_ulids
from strategies.near_misses import NearMiss, near_misses
from strategies.timestamps import bad_timestamps, timestamps


def page_sizes(pagination: Pagination) -> st.SearchStrategy[int]:
    """Return a strategy for page sizes that a list accepts.

    The bounds and the default come often; small sizes shrink best.

    In a test of your own::

        @given(size=page_sizes(operation.pagination))
        def test_no_page_is_longer_than_requested(size):
            assert len(client.get("/evses", params={"page_size": size}).json()) <= size
    """
    edges = sorted({1, 2, pagination.default_size, pagination.max_size})
    return st.one_of(st.sampled_from(edges), st.integers(1, pagination.max_size))


def bad_page_sizes(pagination: Pagination) -> tuple[NearMiss, ...]:
    """Return every page size that a list must refuse, by class, in a fixed order."""
    values = {
        "zero": "0",
        "negative": "-1",
        "above-maximum": str(pagination.max_size + 1),
        "beyond-64-bits": str(2**64),
        "text": "ten",
        "fraction": "1.5",
        "exponent": "1e1",
        "other-digits": "\u0661",
    }
    return tuple(NearMiss(name, value) for name, value in values.items())


def cursors(pagination: Pagination, *, prefix: str = "", seen: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """Return a strategy for cursors of a list: seen keys if there are any, else well-formed ones of its scheme.

    `prefix` is the prefix of the listed ids; it is needed if ids are the cursors and `seen` is empty. Raises
    InvalidArgument for a list that is paged by number, as it has no cursor.

    In a test of your own::

        @given(after=cursors(operation.pagination, prefix="evse", seen=[item["id"] for item in page]))
        def test_a_page_starts_after_its_cursor(after):
            assert all(item["id"] > after for item in client.get("/evses", params={"page_after": after}).json())
    """
    if pagination.scheme is Scheme.PAGE:
        raise InvalidArgument("a list that is paged by number has no cursor")
    if seen:
        return st.sampled_from(list(seen))
    return timestamps() if pagination.scheme is Scheme.TIMESTAMP else prefixed_ulids(prefix)


def bad_cursors(pagination: Pagination, valid: str) -> tuple[NearMiss, ...]:
    """Return every malformed cursor near a valid one, by class, in a fixed order; none if paged by number."""
    if pagination.scheme is Scheme.PAGE:
        return ()
    return bad_timestamps(valid) if pagination.scheme is Scheme.TIMESTAMP else near_misses(valid)
