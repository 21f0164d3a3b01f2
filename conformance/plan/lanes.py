"""Lanes: what one worker does one after the other, and in which order lanes are handed out. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from conformance.plan.planner import Item
from conformance.probes.base import Probe


def lane_of(item: Item, probe: Probe) -> str:
    """Reads of a resource group share a lane, for they share answers; so do all writes, for they could meet.

    What writes to nothing but things of its own making has a lane beside the other writes.
    """
    if not probe.writes:
        return item.group
    return f"own {item.group}" if probe.own else "writes"


def longest_first(items: Iterable[Item], probes: Mapping[str, Probe]) -> tuple[Item, ...]:
    """Items for several workers: lanes that read before those that write, long ones first, so that none ends late."""
    lanes = [(lane_of(item, probes[item.probe]), item) for item in items]
    length: Counter[str] = Counter()
    for lane, item in lanes:
        length[lane] += sum(need.count for need in item.needs)
    lanes.sort(key=lambda each: (probes[each[1].probe].writes, -length[each[0]], each[0]))
    return tuple(item for _, item in lanes)
