"""Delta debugging: a search for the parts of a whole that can be left out, and combinators for such searches. Pure.

A search yields smaller wholes; after each it is sent whether that one still shows the same.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R")

Search = Generator[A, bool, R]


def find_removable(units: Sequence[A]) -> Search[tuple[A, ...], tuple[A, ...]]:
    """Search for the units that can be left out together.

    Yielded are the units that would be left out, large chunks first (ddmin, Zeller and Hildebrandt, 2002).
    """
    removed: tuple[A, ...] = ()
    refused: set[frozenset[A]] = set()
    remaining, length = list(units), len(units)
    while length:
        kept: list[A] = []
        for start in range(0, len(remaining), length):
            chunk = remaining[start : start + length]
            offer = (*removed, *chunk)
            if frozenset(offer) not in refused and (yield offer):
                removed = offer
            else:
                refused.add(frozenset(offer))
                kept += chunk
        remaining = kept
        length = min(length, len(remaining) + 1) // 2
    return removed


def map_search(search: Search[A, R], make: Callable[[A], B]) -> Search[B, R]:
    """Convert each offer of a search with `make`, and return the search's result."""
    try:
        offer = next(search)
        while True:
            offer = search.send((yield make(offer)))
    except StopIteration as end:
        result: R = end.value
        return result
