"""What can be left out of a whole that shows something (delta debugging), and how such searches are put together. Pure.

A search offers smaller wholes, and is told of each before the next whether it shows the same.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R")

Search = Generator[A, bool, R]


def fewest(units: Sequence[A]) -> Search[tuple[A, ...], tuple[A, ...]]:
    """Units that can go, all at once; offered are those that would be gone, large chunks first (Zeller's ddmin)."""
    gone: tuple[A, ...] = ()
    refused: set[frozenset[A]] = set()
    left, length = list(units), len(units)
    while length:
        stay: list[A] = []
        for start in range(0, len(left), length):
            chunk = left[start : start + length]
            offer = (*gone, *chunk)
            if frozenset(offer) not in refused and (yield offer):
                gone = offer
            else:
                refused.add(frozenset(offer))
                stay += chunk
        left = stay
        length = min(length, len(left) + 1) // 2
    return gone


def mapped(search: Search[A, R], make: Callable[[A], B]) -> Search[B, R]:
    """A search that offers what is made of another one's offers."""
    try:
        offer = next(search)
        while True:
            offer = search.send((yield make(offer)))
    except StopIteration as end:
        found: R = end.value
        return found
