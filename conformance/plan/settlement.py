"""The cases of a plan that no item judges, with the reason."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, partial

import msgspec

from conformance.applicability.bases import find_missing_basis
from conformance.model import Case, Effect, Kind, Outcome, Planned, Profile, ResourceModel, Target, Verdict
from conformance.model.target import EXAMPLES_REMARK
from conformance.plan.candidates import Candidates, explain_refusal, explain_risk
from conformance.plan.catalogue import Catalogue
from conformance.plan.item import PlanItem
from conformance.plan.options import PlanOptions
from conformance.probes.toolkit.base import WHOLE
from conformance.safety.gate import Gate
from conformance.safety.rules import RISKS, find_refusal


def count_left_out(planned: Iterable[Planned], candidates: Candidates, items: list[PlanItem]) -> Iterator[Planned]:
    """Yield the planned cases, with the numbers of ways of those probes that no item is for."""
    tried = {(item.probe, item.operation) for item in items}
    left_out: dict[str, dict[str, int]] = defaultdict(dict)
    for case, ways in candidates.known.items():
        if count := sum(known for probe, known in ways.items() if (probe, case.operation) not in tried):
            left_out[case.requirement][case.operation] = count
    for part in planned:
        yield msgspec.structs.replace(part, left_out=left_out.get(part.requirement, {}))


def find_undecidable(catalogue: Catalogue, model: ResourceModel, target: Target) -> Iterator[Outcome]:
    """Yield an outcome with the reason for each case that nothing can decide, whether its requirement binds or not."""
    for requirement in catalogue.requirements.values():
        needs_more = requirement.needs_state and target.answers_from_examples
        if not requirement.basis and not needs_more:
            continue
        for operation in (WHOLE, *model.operations):
            if reason := find_missing_basis(requirement, operation, model):
                yield Outcome(requirement.id, operation.key, Verdict.NOT_APPLICABLE, reason)
            elif needs_more:
                yield Outcome(requirement.id, operation.key, Verdict.NOT_OBSERVABLE, EXAMPLES_REMARK)


def settle_cases(  # noqa: PLR0913 - what is known when a plan is closed
    catalogue: Catalogue,
    model: ResourceModel,
    options: PlanOptions,
    selected_cases: set[Case],
    items: list[PlanItem],
    refused: dict[Case, str],
) -> list[Outcome]:
    """Return an outcome with the reason for each selected case that no item will judge."""
    is_sampling = options.profile is not Profile.DEEP
    sampling = frozenset(name for name, probe in catalogue.probes.items() if probe.sends_generated and is_sampling)
    covered = {Case(r, item.operation) for item in items if item.probe not in sampling for r in item.requirements}
    sampled = {Case(r, item.operation) for item in items if item.probe in sampling for r in item.requirements}
    passive, reached = catalogue.find_passive_requirements(), {item.operation for item in items}
    outcomes: list[Outcome] = []
    explain_unread = cache(partial(_explain_unread, catalogue, model, options, Gate(options.target, model.operations)))
    for case in sorted(selected_cases - covered):
        requirement = catalogue.requirements[case.requirement]
        if requirement.kind in {Kind.STATIC, Kind.RUN}:
            continue
        reason = catalogue.explain_untested(requirement) or refused.get(case) or explain_unread(case.operation)
        if not reason and case.requirement in passive and case.operation in reached:
            continue  # judged on the responses to items of the operation, or at the end of the run
        if not reason and case in sampled:
            reason = "no generated request of the run covers it"
        reason = reason or "no probe of the suite calls the operation"
        outcomes.append(Outcome(case.requirement, case.operation, Verdict.NOT_TESTED, reason))
    return outcomes


def _explain_unread(catalogue: Catalogue, model: ResourceModel, options: PlanOptions, gate: Gate, key: str) -> str:
    """Return why no probe calls an operation with success: its effect, or the refusal of its probes; else empty."""
    operation = model.operations_by_key.get(key)
    if operation is None:
        return ""
    if not operation.is_safe or operation.effect is not Effect.NONE:
        effect = operation.effect if operation.effect in RISKS else Effect.WRITE
        if reason := find_refusal(options.target, effect) or explain_risk(operation, options):
            return reason
    probes = [probe for probe in catalogue.probes.values() if not probe.is_api_wide and probe.applies(operation, model)]
    reasons = {probe.name: explain_refusal(probe, operation, model, options, gate) for probe in probes}
    return next((reason for reason in reasons.values() if reason), "") if all(reasons.values()) else ""
