"""The members of a list that are read one by one: beside the first, which every probe reads, the second and the last.

Mistakes at the edges show there; reads of them are shared by all probes that look at single members.
"""

from collections.abc import Sequence
from typing import TypeVar

from conformance.model import Operation
from conformance.probes.base import SPARE, Need

T = TypeVar("T")


def ends_of(members: Sequence[T]) -> tuple[T, ...]:
    """The second and the last of several; of one, that one."""
    return tuple(members[:1]) if len(members) < 2 else (members[1], *members[2:][-1:])


def ends_needs(reader: Operation) -> tuple[Need, ...]:
    """The reads of those members, by whoever has reads to spare."""
    return tuple(Need(f"read {position} of {reader.path}", identity=SPARE) for position in ("second", "last"))
