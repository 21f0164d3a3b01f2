"""The plan: which items run, which cases they judge, what it costs, and why the rest is left out."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial

import msgspec

from conformance.applicability.bases import find_missing_basis
from conformance.applicability.selectors import API_SELECTOR, WHOLE_API_KEY
from conformance.errors import PlanError
from conformance.model import (
    Case,
    Effect,
    Kind,
    Level,
    Operation,
    Outcome,
    Planned,
    Profile,
    Requirement,
    ResourceModel,
    Target,
    Verdict,
)
from conformance.model.target import EXAMPLES_REMARK
from conformance.plan.case_selection import CaseSelection
from conformance.plan.catalogue import Catalogue
from conformance.plan.costs import assign_payer, can_send, sum_costs
from conformance.plan.item import PlanItem
from conformance.plan.sampling import (
    count_probe_parts,
    count_ways,
    explain_turn,
    find_failed_parts,
    has_turn,
    list_further_parts,
    order_by_thinness,
)
from conformance.plan.selectors import SELECTORS
from conformance.probes.toolkit.base import WHOLE as WHOLE_OPERATION
from conformance.probes.toolkit.base import Probe
from conformance.safety.gate import Gate
from conformance.safety.rules import RISKS, find_exposure, find_refusal

_UNSELECTED, _ELSEWHERE = "not selected", "another shard"
UNBOUND = "binds only: "
"""How the reason begins why a requirement does not bind an operation."""
UNTOUCHED = "not touched by the changes of the description"
"""Why a case is left out with `--changed-since`."""
_FIRST_TURNS = 3  # operations of each probe that go before the rest
_RESERVE = 32  # one part in so many of a budget
_LAST_RANK = 3  # of probes that judge nothing but SHOULD and MAY
_DEPTH = {Profile.SMOKE: 0, Profile.STANDARD: 1, Profile.DEEP: 2}


class PlanOptions(msgspec.Struct, frozen=True):
    """Options that decide what is run.

    `budget` is the number of requests of each identity in an hour; those in `lower_budgets` have less. `shard` is
    (1-based index, number of shards). `finished_items` names items that an earlier run finished: they stay in the plan
    and cost nothing. `hours` is the number of hours over which the run may spread.
    `failed_turns` holds, by base name of an item, the turns at which it failed in an earlier run; what failed, and what
    is in `changed_operations`, comes first. Only `touched_operations` are planned, all where it is empty.
    """

    target: Target
    profile: Profile = Profile.STANDARD
    budget: int | None = None
    selection: CaseSelection = CaseSelection()
    shard: tuple[int, int] = (1, 1)
    finished_items: frozenset[str] = frozenset()
    lower_budgets: dict[str, int] = {}
    seed: int = 1
    hours: int = 1
    failed_turns: dict[str, frozenset[int]] = {}
    changed_operations: frozenset[str] = frozenset()
    touched_operations: frozenset[str] = frozenset()

    def get_limit(self, identity: str) -> int | None:
        """Return how many requests an identity may send on this shard in all hours, None for any number.

        The shards of a run share the budget: what they may send together is the budget of the run.
        """
        first_hour = self.get_first_hour(identity)
        return None if first_hour is None else first_hour + self._share(self.budget or first_hour) * (self.hours - 1)

    def get_first_hour(self, identity: str) -> int | None:
        """Return how many requests an identity may send on this shard in the first hour, None for any number."""
        limit = self.lower_budgets.get(identity, self.budget)
        return None if limit is None else self._share(limit)

    def get_full_hour(self) -> int | None:
        """Return how many requests each identity may send on this shard in a whole hour, None for any number."""
        return None if self.budget is None else self._share(self.budget)

    def _share(self, limit: int) -> int:
        index, count = self.shard
        return limit // count + (index <= limit % count)

    def is_urgent(self, item: PlanItem) -> bool:
        """Return whether an item failed in an earlier run, or its operation has changed since."""
        return item.base_name in self.failed_turns or item.operation in self.changed_operations

    def build_url(self, path: str) -> str:
        """Return the URL of a path below the base URL; a whole URL stays as it is."""
        return path if "://" in path else self.target.base_url + path

    def select_groups(self, model: ResourceModel) -> frozenset[str]:
        """Return the resource groups of the shard: operations of one resource stay together."""
        groups = list(dict.fromkeys(operation.group for operation in model.operations))
        return frozenset(groups[self.shard[0] - 1 :: self.shard[1]])


class Plan(msgspec.Struct, frozen=True):
    """The items to run and the cases to judge.

    `known_outcomes` are outcomes that are known without a request. `undecidable` holds the cases whose requirement
    rests on something that the description does not document, or on state that the target does not have: observations
    on them do not count. Runs of so many successive seeds as `seeds_to_cover` try all that is sampled.
    """

    items: tuple[PlanItem, ...]
    planned: tuple[Planned, ...]
    known_outcomes: tuple[Outcome, ...]
    cost: dict[str, int]
    undecidable: frozenset[Case] = frozenset()
    seeds_to_cover: int = 1

    def list_cases(self) -> frozenset[Case]:
        """Return all planned cases."""
        return frozenset(Case(planned.requirement, key) for planned in self.planned for key in planned.cases)

    def list_open_cases(self) -> frozenset[Case]:
        """Return the planned cases that observations decide."""
        return self.list_cases() - self.undecidable


def make_plan(catalogue: Catalogue, model: ResourceModel, options: PlanOptions) -> Plan:
    """Build the plan of all items that the options allow, MUST and breadth first, with a reason for each case left out.

    Raises:
        PlanError: a part of the selection matches nothing, perhaps because of a typing error.
    """
    for selection in options.selection.parts:
        if not _has_selected_case(selection, catalogue, model):
            raise PlanError(
                f"--select {selection.text} fits nothing",
                hint="`evconform requirements` names requirements, `evconform description show` operations and tags.",
            )
    planned = {r.id: _plan_cases(r, model, options) for r in catalogue.requirements.values()}
    selected_cases = {Case(part.requirement, key) for part in planned.values() for key in part.cases}
    undecidable = {outcome.case: outcome for outcome in _find_undecidable(catalogue, model, options.target)}
    undecidable_outcomes = [outcome for case, outcome in sorted(undecidable.items()) if case in selected_cases]
    selected_cases -= undecidable.keys()
    groups = options.select_groups(model)
    operations = [o for o in model.operations if o.group in groups]
    candidates = _list_candidates(catalogue, model, operations, options, selected_cases)
    items, cost, dropped = _choose_affordable(candidates, options)
    refused = candidates.refused | dropped
    settled_outcomes = _settle_cases(catalogue, model, options, selected_cases, items, refused)
    return Plan(
        tuple(sorted(items, key=_build_sort_key(catalogue, model, candidates.urgent))),
        tuple(_count_left_out(planned.values(), candidates, items)),
        (*undecidable_outcomes, *settled_outcomes),
        cost,
        frozenset(undecidable),
        candidates.seeds_to_cover,
    )


class _Candidates(msgspec.Struct):
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


def _count_left_out(planned: Iterable[Planned], candidates: _Candidates, items: list[PlanItem]) -> Iterator[Planned]:
    """Yield the planned cases, with the numbers of ways of those probes that no item is for."""
    tried = {(item.probe, item.operation) for item in items}
    left_out: dict[str, dict[str, int]] = defaultdict(dict)
    for case, ways in candidates.known.items():
        if count := sum(known for probe, known in ways.items() if (probe, case.operation) not in tried):
            left_out[case.requirement][case.operation] = count
    for part in planned:
        yield msgspec.structs.replace(part, left_out=left_out.get(part.requirement, {}))


def _find_undecidable(catalogue: Catalogue, model: ResourceModel, target: Target) -> Iterator[Outcome]:
    """Yield an outcome with the reason for each case that nothing can decide, whether its requirement binds or not."""
    for requirement in catalogue.requirements.values():
        needs_more = requirement.needs_state and target.answers_from_examples
        if not requirement.basis and not needs_more:
            continue
        for operation in (WHOLE_OPERATION, *model.operations):
            if reason := find_missing_basis(requirement, operation, model):
                yield Outcome(requirement.id, operation.key, Verdict.NOT_APPLICABLE, reason)
            elif needs_more:
                yield Outcome(requirement.id, operation.key, Verdict.NOT_OBSERVABLE, EXAMPLES_REMARK)


def _has_selected_case(selection: CaseSelection, catalogue: Catalogue, model: ResourceModel) -> bool:
    """Return whether any case is selected, on any shard."""
    return any(
        selection.is_selected(requirement, operation)
        for requirement in catalogue.requirements.values()
        for operation in ([None] if requirement.applies == API_SELECTOR else model.operations)
        if operation is None or SELECTORS[requirement.applies](operation, model)
    )


def _plan_cases(requirement: Requirement, model: ResourceModel, options: PlanOptions) -> Planned:
    """Return the cases of a requirement that the options select, and the excluded operations by reason."""
    if requirement.applies == API_SELECTOR:
        if not options.selection.is_selected(requirement, None):
            return Planned(requirement.id, (), {_UNSELECTED: (WHOLE_API_KEY,)})
        if options.shard[0] != 1:
            return Planned(requirement.id, (), {_ELSEWHERE: (WHOLE_API_KEY,)})
        return Planned(requirement.id, (WHOLE_API_KEY,))
    binds, groups = SELECTORS[requirement.applies], options.select_groups(model)
    cases: list[str] = []
    excluded: dict[str, list[str]] = defaultdict(list)
    for operation in model.operations:
        if not binds(operation, model):
            excluded[f"{UNBOUND}{requirement.applies}"].append(operation.key)
        elif not options.selection.is_selected(requirement, operation):
            excluded[_UNSELECTED].append(operation.key)
        elif operation.group not in groups:
            excluded[_ELSEWHERE].append(operation.key)
        elif options.touched_operations and operation.key not in options.touched_operations:
            excluded[UNTOUCHED].append(operation.key)
        else:
            cases.append(operation.key)
    return Planned(requirement.id, tuple(cases), {reason: tuple(keys) for reason, keys in excluded.items()})


def _list_candidates(
    catalogue: Catalogue,
    model: ResourceModel,
    operations: list[Operation],
    options: PlanOptions,
    selected_cases: set[Case],
) -> _Candidates:
    """Return the items that may run, and the reason for each selected case whose probe may not."""
    candidates = _Candidates()
    gate = Gate(options.target, model.operations)
    for probe in catalogue.probes.values():
        for operation in [WHOLE_OPERATION] if probe.whole else operations:
            if not probe.applies(operation, model):
                continue
            requirements = tuple(r for r in probe.requirements if Case(r, operation.key) in selected_cases)
            if not requirements:
                continue
            if _DEPTH[probe.profile] <= _DEPTH[options.profile]:
                ways = count_ways(probe, operation, model)
                for requirement in requirements:
                    candidates.known.setdefault(Case(requirement, operation.key), {})[probe.name] = ways
            if reason := explain_refusal(probe, operation, model, options, gate):
                candidates.refused.update({Case(r, operation.key): reason for r in requirements})
                continue
            needs = tuple(assign_payer(need, options.target) for need in probe.needs(operation, model))
            needs = tuple(need for need in needs if can_send(need, options.target))
            item = PlanItem(probe.name, operation.key, operation.group, requirements, needs)
            _add_candidate(candidates, probe, item, count_probe_parts(probe, operation, model), operation, options)
    return candidates


def _add_candidate(  # noqa: PLR0913 - an item with all that decides its turn
    candidates: _Candidates, probe: Probe, item: PlanItem, parts: int, operation: Operation, options: PlanOptions
) -> None:
    """Add an item, and further items for the other parts of its sample."""
    is_deep = options.profile is Profile.DEEP
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
    exposure = find_exposure(options.target) if probe.exposes else ""
    risk = (find_refusal(options.target, Effect.WRITE) or _explain_risk(operation, options)) if probe.writes else ""
    if exposure or risk:
        return exposure or risk
    requests = [request for request in probe.sends(operation, model) if not request.undo]
    if requests and (reason := find_refusal(options.target, operation.effect)):
        return reason
    refusals = (gate.refusal(request.method, options.build_url(request.path)) for request in requests)
    return next((reason for reason in refusals if reason), "")


def _explain_risk(operation: Operation, options: PlanOptions) -> str:
    """Return why the effect of an operation is not allowed; empty where it is."""
    if operation.effect not in RISKS or (options.target.may_touch_hardware and options.profile is Profile.DEEP):
        return ""
    return f"the operation {RISKS[operation.effect]} (--allow-hardware and the profile deep)"


def order_by_rank(candidates: list[tuple[Probe, PlanItem]], urgent: Collection[str] = frozenset()) -> list[PlanItem]:
    """Return the items in the order in which a budget pays for them.

    First comes what failed or changed lately, then probes of rank 0, then a few operations of every probe that judges a
    MUST, then the rest by rank, probes in turn. A budget that ends early has then tried every requirement somewhere,
    not some of them everywhere.
    """
    turns: Counter[str] = Counter()
    placed: list[tuple[tuple[int, int, int], PlanItem]] = []
    for probe, item in candidates:
        turn = turns[probe.name]
        phase = 0 if probe.rank == 0 else 1 if probe.rank < _LAST_RANK and turn < _FIRST_TURNS else 2
        phase = -1 if item.name in urgent else phase
        placed.append(((phase, probe.rank, turn), item))
        turns[probe.name] += 1
    return [item for _, item in sorted(placed, key=lambda pair: pair[0])]


def _choose_affordable(
    candidates: _Candidates, options: PlanOptions
) -> tuple[list[PlanItem], dict[str, int], dict[Case, str]]:
    """Return the items that the budgets pay for, their cost by identity, and the reason for each case that is dropped.

    Items are taken in order of rank; after one that is too expensive, cheaper ones may still fit. What is left then
    pays for further parts of what was sampled thinnest. A part of each budget is kept for requests that have to be
    repeated.
    """
    paid: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    taken: list[PlanItem] = []
    dropped: dict[Case, str] = {}
    first = order_by_rank(candidates.first, candidates.urgent)
    for index, item in enumerate((*first, *order_by_thinness(candidates.further))):
        open_needs = () if item.name in options.finished_items else item.needs
        new = [n for n in open_needs if not (n.shared and (n.identity, n.key) in paid)]
        price = sum_costs(new)
        exhausted = [
            identity
            for identity, count in price.items()
            if total[identity] + count > _get_planned_limit(options.get_limit(identity))
        ]
        if exhausted:
            reason = f"the budget of {options.get_limit(exhausted[0])} requests does not reach"
            dropped.update({Case(r, item.operation): reason for r in item.requirements if index < len(first)})
            continue
        total += price
        paid |= {(n.identity, n.key) for n in new if n.shared}
        taken.append(item)
    return taken, dict(total), dropped


def _get_planned_limit(limit: int | None) -> float:
    """Return how many requests of a limit may be planned, infinity without a limit."""
    return math.inf if limit is None else limit - limit // _RESERVE


def _settle_cases(  # noqa: PLR0913 - what is known when a plan is closed
    catalogue: Catalogue,
    model: ResourceModel,
    options: PlanOptions,
    selected_cases: set[Case],
    items: list[PlanItem],
    refused: dict[Case, str],
) -> list[Outcome]:
    """Return an outcome with the reason for each selected case that no item will judge."""
    covered = {Case(r, item.operation) for item in items for r in item.requirements}
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
        if reason := find_refusal(options.target, effect) or _explain_risk(operation, options):
            return reason
    probes = [probe for probe in catalogue.probes.values() if not probe.whole and probe.applies(operation, model)]
    reasons = {probe.name: explain_refusal(probe, operation, model, options, gate) for probe in probes}
    return next((reason for reason in reasons.values() if reason), "") if all(reasons.values()) else ""


def _build_sort_key(catalogue: Catalogue, model: ResourceModel, urgent: Collection[str]) -> "_SortKey":
    """Return the sort key of plan items."""
    place = {key: index for index, key in enumerate(model.operations_by_key)}
    names = {name: index for index, name in enumerate(catalogue.probes)}
    return _SortKey(catalogue, place, names, urgent)


class _SortKey:
    """A sort key of plan items: reads before writes, what is urgent, breadth before depth, then as described."""

    def __init__(
        self, catalogue: Catalogue, place: dict[str, int], names: dict[str, int], urgent: Collection[str]
    ) -> None:
        self._catalogue, self._place, self._names, self._urgent = catalogue, place, names, urgent

    def __call__(self, item: PlanItem) -> tuple[bool, bool, bool, int, int, int, int]:
        probe = self._catalogue.probes[item.probe]
        is_urgent, is_further = item.name in self._urgent, item.part > 0
        place = self._place.get(item.operation, -1)
        return probe.writes, not is_urgent, is_further, probe.rank, place, self._names[item.probe], item.part


def get_level(catalogue: Catalogue, requirement: str) -> Level:
    """Return the level of a requirement; MUST for an unknown one, so that nothing is played down."""
    known = catalogue.requirements.get(requirement)
    return known.level if known else Level.MUST
