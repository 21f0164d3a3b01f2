"""Members of a list that are read one by one: the second and the last, besides the first that every probe reads.

Mistakes at the edges show there, and all probes that look at single members share these reads.
"""

from collections.abc import Sequence
from typing import TypeVar

from conformance.model import Operation
from conformance.probes.toolkit.base import Need

T = TypeVar("T")


def select_edges(members: Sequence[T]) -> tuple[T, ...]:
    """Return the second and the last of several members, or the only one."""
    return tuple(members[:1]) if len(members) < 2 else (members[1], *members[2:][-1:])


def edge_needs(reader: Operation, payer: str) -> tuple[Need, ...]:
    """Return the reads of those members by the operation that reads one, for a kind of payer."""
    return tuple(Need(f"read {position} of {reader.path}", identity=payer) for position in ("second", "last"))
