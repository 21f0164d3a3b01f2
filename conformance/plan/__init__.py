"""Planning: from requirements, operations, probes and a budget to plan items. Pure."""

from conformance.plan.catalogue import Catalogue
from conformance.plan.lanes import lane_of
from conformance.plan.planner import Item, Plan, Wish, make

__all__ = ["Catalogue", "Item", "Plan", "Wish", "lane_of", "make"]
