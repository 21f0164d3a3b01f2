"""Planning: from requirements, operations, probes and a budget to plan items. Pure."""

from conformance.plan.catalogue import Catalogue
from conformance.plan.chosen_items import plan_chosen_items
from conformance.plan.item import PlanItem, parse_item_name
from conformance.plan.lanes import get_lane
from conformance.plan.options import PlanOptions
from conformance.plan.planner import Plan, make_plan

__all__ = [
    "Catalogue",
    "Plan",
    "PlanItem",
    "PlanOptions",
    "get_lane",
    "make_plan",
    "parse_item_name",
    "plan_chosen_items",
]
