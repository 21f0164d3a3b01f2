"""Lanes: what one worker must do one after the other. Pure."""

from conformance.plan.planner import Item
from conformance.probes.base import Probe


def lane_of(item: Item, probe: Probe) -> str:
    """What an item shares a worker with.

    Nothing, where it only reads: whoever is free takes it, and the order of the plan is kept. Writes share one lane,
    for two at a time could meet in one resource. What writes to nothing but things of its own making has a lane for
    each resource group, beside the other writes.
    """
    if not probe.writes:
        return item.name
    return f"own {item.group}" if probe.own else "writes"
