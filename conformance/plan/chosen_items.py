"""A plan of items that are chosen by name, to reproduce a finding. Pure."""

from collections.abc import Iterable

from conformance.errors import PlanError
from conformance.model import Case, Planned, ResourceModel
from conformance.plan.candidates import explain_refusal
from conformance.plan.catalogue import Catalogue
from conformance.plan.costs import assign_payers, choose_preferred_payers, list_needs
from conformance.plan.item import PlanItem, parse_item_name
from conformance.plan.options import PlanOptions
from conformance.plan.planner import Plan
from conformance.probes.toolkit.base import WHOLE
from conformance.safety.gate import Gate


def plan_chosen_items(
    names: Iterable[str], case: Case, catalogue: Catalogue, model: ResourceModel, options: PlanOptions
) -> Plan:
    """Return a plan of the named items, which judges one case, and others that its exchanges show.

    Raises:
        PlanError: an item is unknown, or may not run on this target with these options.
    """
    gate = Gate(options.target, model.operations)
    items = tuple(_build_item(name, catalogue, model, options, gate) for name in dict.fromkeys(names))
    return Plan(items, (Planned(case.requirement, (case.operation,)),), (), {})


def _build_item(name: str, catalogue: Catalogue, model: ResourceModel, options: PlanOptions, gate: Gate) -> PlanItem:
    base, parts = parse_item_name(name)
    probe_name, _, rest = base.partition("[")
    probe, key = catalogue.probes.get(probe_name), rest.removesuffix("]")
    operation = WHOLE if key == WHOLE.key else model.operations_by_key.get(key)
    if probe is None or operation is None:
        raise PlanError(
            f"{name!r} is not a plan item of this version and description",
            hint="Run the suite again, and replay a finding of that run",
        )
    if reason := explain_refusal(probe, operation, model, options, gate):
        raise PlanError(f"{name} may not be sent: {reason}", hint="Allow what the run with the finding allowed")
    needs = list_needs(probe, operation, model, options.target)
    needs = assign_payers(needs, choose_preferred_payers(needs, options.target))
    return PlanItem(probe.name, operation.key, operation.group, probe.requirements, needs, parts.start, len(parts))
