"""The plan: which items run, which cases they judge, what it costs, and why the rest is left out."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

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
from conformance.plan.selectors import SELECTORS
from conformance.probes.toolkit.base import WHOLE as WHOLE_OPERATION
from conformance.probes.toolkit.base import Need, Probe
from conformance.safety.gate import Gate
from conformance.safety.rules import RISKS, refusal_of

_UNSELECTED, _ELSEWHERE = "not selected", "another shard"
_FIRST = 3  # operations of each probe that go before depth
_RESERVE = 32  # one part in so many of a budget
_LAST_RANK = 3  # of probes that judge nothing but SHOULD and MAY
_DEPTH = {Profile.SMOKE: 0, Profile.STANDARD: 1, Profile.DEEP: 2}


class PlanOptions(msgspec.Struct, frozen=True):
    """What is to be run.

    `budget` is the requests of each identity, except for those in `lower_budgets`, which have less. `shard` is
    (1-based index, number of shards). `finished_items` names items that an earlier run finished: they stay in the plan
    and cost nothing.
    """

    target: Target
    profile: Profile = Profile.STANDARD
    budget: int | None = None
    selection: CaseSelection = CaseSelection()
    shard: tuple[int, int] = (1, 1)
    finished_items: frozenset[str] = frozenset()
    lower_budgets: dict[str, int] = {}

    def get_limit(self, identity: str) -> int | None:
        """Return how many requests an identity may send, None for any number."""
        return self.lower_budgets.get(identity, self.budget)

    def build_url(self, path: str) -> str:
        """Return the URL of a path below the base URL; a whole URL stays as it is."""
        return path if "://" in path else self.target.base_url + path

    def select_groups(self, model: ResourceModel) -> frozenset[str]:
        """Return the resource groups of the shard: operations of one resource stay together."""
        groups = list(dict.fromkeys(each.group for each in model.operations))
        return frozenset(groups[self.shard[0] - 1 :: self.shard[1]])


class PlanItem(msgspec.Struct, frozen=True):
    """One pytest item: a probe on an operation, and the cells it is trusted with."""

    probe: str
    operation: str
    group: str
    requirements: tuple[str, ...]
    needs: tuple[Need, ...]

    @property
    def name(self) -> str:
        """How people read and select it, as `expansion[GET /evses/{evse_id}]`."""
        return f"{self.probe}[{self.operation}]"


class Plan(msgspec.Struct, frozen=True):
    """What will be run and judged.

    `known_outcomes` are of cases whose outcome is known without a request. `undecidable` holds the cases whose
    requirement rests on something that the description does not document, or on state that the target does not have:
    nothing that is observed on them counts.
    """

    items: tuple[PlanItem, ...]
    planned: tuple[Planned, ...]
    known_outcomes: tuple[Outcome, ...]
    cost: dict[str, int]
    undecidable: frozenset[Case] = frozenset()

    def list_cases(self) -> frozenset[Case]:
        """Return all planned cases."""
        return frozenset(Case(each.requirement, key) for each in self.planned for key in each.cases)

    def list_open_cases(self) -> frozenset[Case]:
        """Return the planned cases that what is observed decides."""
        return self.list_cases() - self.undecidable


def make_plan(catalogue: Catalogue, model: ResourceModel, options: PlanOptions) -> Plan:
    """Build the plan of all that the options allow, MUST and breadth first; each case that does not fit has a reason.

    Raises PlanError where a part of the selection fits nothing at all: somebody mistyped it.
    """
    for selection in options.selection.parts:
        if not _fits(selection, catalogue, model):
            raise PlanError(
                f"--select {selection.text} fits nothing",
                hint="`evconform requirements` names requirements, `evconform description show` operations and tags.",
            )
    cells = {r.id: _cells(r, model, options) for r in catalogue.requirements.values()}
    wanted = {Case(each.requirement, key) for each in cells.values() for key in each.cases}
    undecidable = {outcome.case: outcome for outcome in _find_undecidable(catalogue, model, options.target)}
    unfounded = [outcome for case, outcome in sorted(undecidable.items()) if case in wanted]
    wanted -= undecidable.keys()
    groups = options.select_groups(model)
    operations = [o for o in model.operations if o.group in groups]
    candidates, refused = _candidates(catalogue, model, operations, options, wanted)
    items, cost, dropped = _afford(candidates, options)
    refused.update(dropped)
    settled = _settled(catalogue, model, options, wanted, items, refused)
    return Plan(
        tuple(sorted(items, key=_order(catalogue, model))),
        tuple(cells.values()),
        (*unfounded, *settled),
        cost,
        frozenset(undecidable),
    )


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


def _fits(selection: CaseSelection, catalogue: Catalogue, model: ResourceModel) -> bool:
    """Whether any cell is wanted, on whatever shard."""
    return any(
        selection.is_selected(requirement, operation)
        for requirement in catalogue.requirements.values()
        for operation in ([None] if requirement.applies == API_SELECTOR else model.operations)
        if operation is None or SELECTORS[requirement.applies](operation, model)
    )


def _cells(requirement: Requirement, model: ResourceModel, wish: PlanOptions) -> Planned:
    if requirement.applies == API_SELECTOR:
        if not wish.selection.is_selected(requirement, None):
            return Planned(requirement.id, (), {_UNSELECTED: (WHOLE_API_KEY,)})
        if wish.shard[0] != 1:
            return Planned(requirement.id, (), {_ELSEWHERE: (WHOLE_API_KEY,)})
        return Planned(requirement.id, (WHOLE_API_KEY,))
    binds, groups = SELECTORS[requirement.applies], wish.select_groups(model)
    cases: list[str] = []
    excluded: dict[str, list[str]] = defaultdict(list)
    for operation in model.operations:
        if not binds(operation, model):
            excluded[f"binds only: {requirement.applies}"].append(operation.key)
        elif not wish.selection.is_selected(requirement, operation):
            excluded[_UNSELECTED].append(operation.key)
        elif operation.group not in groups:
            excluded[_ELSEWHERE].append(operation.key)
        else:
            cases.append(operation.key)
    return Planned(requirement.id, tuple(cases), {reason: tuple(keys) for reason, keys in excluded.items()})


def _candidates(
    catalogue: Catalogue, model: ResourceModel, operations: list[Operation], wish: PlanOptions, wanted: set[Case]
) -> tuple[list[tuple[Probe, PlanItem]], dict[Case, str]]:
    found: list[tuple[Probe, PlanItem]] = []
    refused: dict[Case, str] = {}
    gate = Gate(wish.target, model.operations)
    for probe in catalogue.probes.values():
        for operation in [WHOLE_OPERATION] if probe.whole else operations:
            if not probe.applies(operation, model):
                continue
            cells = tuple(r for r in probe.requirements if Case(r, operation.key) in wanted)
            if not cells:
                continue
            if reason := _forbidden(probe, operation, model, wish, gate):
                refused.update({Case(r, operation.key): reason for r in cells})
                continue
            needs = tuple(assign_payer(need, wish.target) for need in probe.needs(operation, model))
            needs = tuple(need for need in needs if can_send(need, wish.target))
            item = PlanItem(probe.name, operation.key, operation.group, cells, needs)
            found.append((probe, item))
    return found, refused


def _forbidden(probe: Probe, operation: Operation, model: ResourceModel, wish: PlanOptions, gate: Gate) -> str:
    """Return why a probe may not run on an operation of this target; empty where it may."""
    if _DEPTH[probe.profile] > _DEPTH[wish.profile]:
        return f"the profile {wish.profile} does not go so far ({probe.profile} does)"
    if absent := [name for name in probe.identities if name not in wish.target.identities]:
        return f"no identity {' or '.join(absent)} is configured"
    if probe.writes and (reason := refusal_of(wish.target, Effect.WRITE)):
        return reason
    if probe.writes and (reason := _too_risky(operation, wish)):
        return reason
    sent = [each for each in probe.sends(operation, model) if not each.undo]
    if sent and (reason := refusal_of(wish.target, operation.effect)):
        return reason
    return next((reason for each in sent if (reason := gate.refusal(each.method, wish.build_url(each.path)))), "")


def _too_risky(operation: Operation, wish: PlanOptions) -> str:
    """Return why an operation is not carried out; empty where it may be."""
    if operation.effect not in RISKS or (wish.target.may_touch_hardware and wish.profile is Profile.DEEP):
        return ""
    return f"the operation {RISKS[operation.effect]} (--allow-hardware and the profile deep)"


def order_by_rank(candidates: list[tuple[Probe, PlanItem]]) -> list[PlanItem]:
    """Breadth, then a few operations of every probe that judges a MUST, then rank by rank, probes in turn.

    So a budget that ends early has tried every requirement somewhere, rather than some of them everywhere.
    """
    turns: Counter[str] = Counter()
    placed: list[tuple[tuple[int, int, int], PlanItem]] = []
    for probe, item in candidates:
        turn = turns[probe.name]
        first = 0 if probe.rank == 0 else 1 if probe.rank < _LAST_RANK and turn < _FIRST else 2
        placed.append(((first, probe.rank, turn), item))
        turns[probe.name] += 1
    return [item for _, item in sorted(placed, key=lambda each: each[0])]


def _afford(
    candidates: list[tuple[Probe, PlanItem]], wish: PlanOptions
) -> tuple[list[PlanItem], dict[str, int], dict[Case, str]]:
    """Take items in order of rank while every ledger can pay; an item that does not fit lets smaller ones pass.

    A part of each is left for what has to be asked twice.
    """
    paid: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    taken: list[PlanItem] = []
    dropped: dict[Case, str] = {}
    for item in order_by_rank(candidates):
        open_needs = () if item.name in wish.finished_items else item.needs
        new = [n for n in open_needs if not (n.shared and (n.identity, n.key) in paid)]
        price = sum_costs(new)
        dear = [who for who, count in price.items() if total[who] + count > _planned_for(wish.get_limit(who))]
        if dear:
            reason = f"the budget of {wish.get_limit(dear[0])} requests does not reach"
            dropped.update({Case(r, item.operation): reason for r in item.requirements})
            continue
        total += price
        paid |= {(n.identity, n.key) for n in new if n.shared}
        taken.append(item)
    return taken, dict(total), dropped


def _planned_for(limit: int | None) -> float:
    return math.inf if limit is None else limit - limit // _RESERVE


def _settled(  # noqa: PLR0913 - what is known when a plan is closed
    catalogue: Catalogue,
    model: ResourceModel,
    wish: PlanOptions,
    wanted: set[Case],
    items: list[PlanItem],
    refused: dict[Case, str],
) -> list[Outcome]:
    """Cells that no item will judge, each with the reason."""
    covered = {Case(r, item.operation) for item in items for r in item.requirements}
    passive, reached = catalogue.find_passive_requirements(), {item.operation for item in items}
    found: list[Outcome] = []
    for case in sorted(wanted - covered):
        requirement = catalogue.requirements[case.requirement]
        if requirement.kind in {Kind.STATIC, Kind.RUN}:
            continue
        reason = catalogue.explain_untested(requirement) or refused.get(case) or _unread(catalogue, model, case, wish)
        if not reason and case.requirement in passive and case.operation in reached:
            continue  # judged on whatever the items of the operation receive, or settled at the end of the run
        reason = reason or "no probe of the suite calls the operation"
        found.append(Outcome(case.requirement, case.operation, Verdict.NOT_TESTED, reason))
    return found


def _unread(catalogue: Catalogue, model: ResourceModel, case: Case, wish: PlanOptions) -> str:
    """Return why an operation is not called with success: its own effect, or what keeps its probes; else empty."""
    operation = model.operations_by_key.get(case.operation)
    if operation is None:
        return ""
    if not operation.is_safe or operation.effect is not Effect.NONE:
        effect = operation.effect if operation.effect in RISKS else Effect.WRITE
        if reason := refusal_of(wish.target, effect) or _too_risky(operation, wish):
            return reason
    gate = Gate(wish.target, model.operations)
    probes = [probe for probe in catalogue.probes.values() if not probe.whole and probe.applies(operation, model)]
    reasons = {probe.name: _forbidden(probe, operation, model, wish, gate) for probe in probes}
    return next((reason for reason in reasons.values() if reason), "") if all(reasons.values()) else ""


def _order(catalogue: Catalogue, model: ResourceModel) -> "_Key":
    place = {key: index for index, key in enumerate(model.operations_by_key)}
    names = {name: index for index, name in enumerate(catalogue.probes)}
    return _Key(catalogue, place, names)


class _Key:
    """Sorting of items: reads before writes, breadth before depth, then the order of the description."""

    def __init__(self, catalogue: Catalogue, place: dict[str, int], names: dict[str, int]) -> None:
        self._catalogue, self._place, self._names = catalogue, place, names

    def __call__(self, item: PlanItem) -> tuple[bool, int, int, int]:
        probe = self._catalogue.probes[item.probe]
        return probe.writes, probe.rank, self._place.get(item.operation, -1), self._names[item.probe]


def get_level(catalogue: Catalogue, requirement: str) -> Level:
    """Return the level of a requirement; MUST for an unknown one, so that nothing is played down."""
    known = catalogue.requirements.get(requirement)
    return known.level if known else Level.MUST
