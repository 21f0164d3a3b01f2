"""Samples: a probe that knows more ways of trying a requirement than an hour allows tries some, and says how many.

The ways stand in a fixed order. Each part of a sample begins where the one before ended, and the parts go on with the
seed of the run and within it, so that any `count_parts` successive parts try every way.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, ResourceModel
from conformance.probes.toolkit.base import Steps

T = TypeVar("T")


def count_parts(known: int, size: int) -> int:
    """Return how many successive parts of `size` ways each try all the known ones; at least 1.

    >>> count_parts(12, 5), count_parts(0, 1)
    (3, 1)
    """
    return max(1, -(-known // size))


def know_ways(count: int) -> Callable[[Operation, ResourceModel], int]:
    """Return a function for `Probe.ways` where the number of known ways is the same on every operation."""
    return lambda _operation, _model: count


def choose_ways(ways: Sequence[T], size: int, subject: Subject, start: int = 0) -> tuple[T, ...]:
    """Return the ways that are tried now: `size` for each part, from the turn of the seed on.

    `start` is the index of the first one that seed 1 tries, which differs by operation, so that one run tries various
    ways.
    """
    count = min(size * subject.parts, len(ways))
    first = start + subject.turn * size
    return tuple(ways[(first + index) % len(ways)] for index in range(count))


def try_ways(  # noqa: PLR0913 - the last two are rare
    ways: Sequence[T],
    size: int,
    subject: Subject,
    attempt: Callable[[T], Steps[None]],
    *,
    start: int = 0,
    always: Sequence[T] = (),
) -> Steps[None]:
    """Make an attempt with each way of a sample; its outcomes say how many ways were tried so far, of how many.

    `always` are ways that every sample begins with; further parts of a run leave them out.
    """
    chosen = (*(() if subject.part else always), *choose_ways(ways, size, subject, start))
    yield from count_attempts(chosen, len(always) + len(ways), attempt)


def count_attempts(chosen: Sequence[T], known: int, attempt: Callable[[T], Steps[None]]) -> Steps[None]:
    """Make an attempt with each of the chosen ways, of `known` ones; its outcomes say how many were tried so far."""
    for tried, way in enumerate(chosen, 1):
        steps = attempt(way)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Outcome):
                    step = msgspec.structs.replace(step, tried=tried, known=max(known, tried))
                step = steps.send((yield step))
        except StopIteration:
            continue
