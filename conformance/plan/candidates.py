"""Candidates: the items that a plan may have, and the reason why other cases have none."""

import msgspec

from conformance.model import Case, Effect, Operation, Profile, ResourceModel
from conformance.plan.catalogue import Catalogue
from conformance.plan.costs import list_needs
from conformance.plan.item import PlanItem
from conformance.plan.options import PlanOptions
from conformance.plan.sampling import (
    count_probe_parts,
    count_ways,
    explain_turn,
    find_failed_parts,
    has_turn,
    join_parts,
    list_further_parts,
)
from conformance.probes.toolkit.base import WHOLE, Probe
from conformance.safety.gate import Gate
from conformance.safety.rules import RISKS, find_exposure, find_refusal

_DEPTH = {Profile.SMOKE: 0, Profile.STANDARD: 1, Profile.DEEP: 2}


class Candidates(msgspec.Struct):
    """The items that a plan may have.

    `first` are those of this seed's turn; `further` are others, each with the number of parts of its sample.
    `urgent` names those that come first of all. `refused` holds the reason for each selected case whose probe may not
    run. `known` counts the ways of each probe on an operation, by case, where the profile goes so far.
    """

    first: list[tuple[Probe, PlanItem]] = []
    further: list[tuple[PlanItem, int]] = []
    urgent: set[str] = set()
    refused: dict[Case, str] = {}
    known: dict[Case, dict[str, int]] = {}
    seeds_to_cover: int = 1


def list_candidates(
    catalogue: Catalogue,
    model: ResourceModel,
    operations: list[Operation],
    options: PlanOptions,
    selected_cases: set[Case],
) -> Candidates:
    """Return the items that may run, and the reason for each selected case whose probe may not."""
    candidates = Candidates()
    gate = Gate(options.target, model.operations)
    for probe in catalogue.probes.values():
        for operation in [WHOLE] if probe.is_api_wide else operations:
            if not probe.applies(operation, model):
                continue
            requirements = tuple(r for r in probe.requirements if Case(r, operation.key) in selected_cases)
            if not requirements:
                continue
            if _DEPTH[probe.profile] <= _DEPTH[options.profile] and not probe.sends_generated:
                ways = count_ways(probe, operation, model)
                for requirement in requirements:
                    candidates.known.setdefault(Case(requirement, operation.key), {})[probe.name] = ways
            if reason := explain_refusal(probe, operation, model, options, gate):
                candidates.refused.update({Case(r, operation.key): reason for r in requirements})
                continue
            needs = list_needs(probe, operation, model, options.target)
            item = PlanItem(probe.name, operation.key, operation.group, requirements, needs)
            _add_candidate(candidates, probe, item, count_probe_parts(probe, operation, model), operation, options)
    return candidates


def _add_candidate(  # noqa: PLR0913 - an item with all that decides its turn
    candidates: Candidates, probe: Probe, item: PlanItem, parts: int, operation: Operation, options: PlanOptions
) -> None:
    """Add an item, and further items for the other parts of its sample."""
    is_deep = options.profile is Profile.DEEP
    if is_deep and probe.sends_generated:
        item, parts = join_parts(item, parts), 1
    candidates.seeds_to_cover = max(candidates.seeds_to_cover, *((1,) if is_deep else (parts, probe.share)))
    if is_deep or has_turn(probe, operation, options.seed) or options.is_urgent(item):
        candidates.first.append((probe, item))
    else:
        candidates.further.append((item, parts))
        candidates.refused.update({Case(r, item.operation): explain_turn(probe) for r in item.requirements})
    again = list(find_failed_parts(item, parts, options.seed, options.failed_turns)) if not is_deep else []
    candidates.first += [(probe, part) for part in again]
    candidates.urgent |= {part.name for part in (item, *again) if options.is_urgent(item)}
    together = is_deep and options.get_limit("full") is None
    further = list_further_parts(item, parts, together=together)
    candidates.further += [(part, parts) for part in further if part not in again]


def explain_refusal(probe: Probe, operation: Operation, model: ResourceModel, options: PlanOptions, gate: Gate) -> str:
    """Return why a probe may not run on an operation of this target; empty where it may."""
    if _DEPTH[probe.profile] > _DEPTH[options.profile]:
        return f"the profile {options.profile} does not go so far ({probe.profile} does)"
    if absent := [name for name in probe.identities if name not in options.target.identities]:
        return f"no identity {' or '.join(absent)} is configured"
    exposure = find_exposure(options.target) if probe.exposes_token else ""
    risk = (find_refusal(options.target, Effect.WRITE) or explain_risk(operation, options)) if probe.writes else ""
    if exposure or risk:
        return exposure or risk
    requests = [request for request in probe.sends(operation, model) if not request.undo]
    if requests and (reason := find_refusal(options.target, operation.effect)):
        return reason
    refusals = (gate.refusal(request.method, options.build_url(request.path)) for request in requests)
    return next((reason for reason in refusals if reason), "")


def explain_risk(operation: Operation, options: PlanOptions) -> str:
    """Return why the effect of an operation is not allowed; empty where it is."""
    if operation.effect not in RISKS or (options.target.may_touch_hardware and options.profile is Profile.DEEP):
        return ""
    return f"the operation {RISKS[operation.effect]} (--allow-hardware and the profile deep)"
