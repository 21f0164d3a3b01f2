"""Lanes: plan items that one worker must run one after the other. Pure."""

from conformance.plan.item import PlanItem
from conformance.probes.toolkit.base import Probe


def get_lane(item: PlanItem, probe: Probe) -> str:
    """Return the lane of an item.

    An item that only reads has a lane to itself, so any worker may run it. Items that write share one lane, as two at
    a time could change one resource. Items that write only to resources that they create have one lane for each
    resource group.
    """
    if not probe.writes:
        return item.name
    return f"own {item.group}" if probe.writes_only_own else "writes"
