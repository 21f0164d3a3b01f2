"""The plan: which items run, which cases they judge, what it costs, and why the rest is left out."""

from collections import defaultdict
from collections.abc import Callable, Collection
from functools import cache, partial

import msgspec

from conformance.applicability.selectors import API_SELECTOR, WHOLE_API_KEY
from conformance.errors import PlanError
from conformance.model import Case, Outcome, Planned, Requirement, ResourceModel
from conformance.plan.admission import choose_affordable
from conformance.plan.candidates import list_candidates
from conformance.plan.case_selection import CaseSelection
from conformance.plan.catalogue import Catalogue
from conformance.plan.item import PlanItem
from conformance.plan.options import PlanOptions
from conformance.plan.selectors import SELECTORS
from conformance.plan.settlement import count_left_out, find_undecidable, settle_cases

_UNSELECTED, _ELSEWHERE = "not selected", "another shard"
UNBOUND = "binds only: "
"""How the reason begins why a requirement does not bind an operation."""
UNTOUCHED = "not affected by the changes of the description"
"""Why a case is left out with `--changed-since`."""


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
                f"--select {selection.text} matches no requirement or operation",
                hint="List them with `evconform requirements` and `evconform description show`",
            )
    list_bound = cache(partial(_list_bound_operations, model=model))  # many requirements have one selector
    planned = {r.id: _plan_cases(r, model, options, list_bound) for r in catalogue.requirements.values()}
    selected_cases = {Case(part.requirement, key) for part in planned.values() for key in part.cases}
    undecidable = {outcome.case: outcome for outcome in find_undecidable(catalogue, model, options.target)}
    undecidable_outcomes = [outcome for case, outcome in sorted(undecidable.items()) if case in selected_cases]
    selected_cases -= undecidable.keys()
    groups = options.select_groups(model)
    operations = [o for o in model.operations if o.group in groups]
    candidates = list_candidates(catalogue, model, operations, options, selected_cases)
    items, cost, dropped = choose_affordable(candidates, catalogue, options)
    refused = candidates.refused | dropped
    settled_outcomes = settle_cases(catalogue, model, options, selected_cases, items, refused)
    return Plan(
        tuple(sorted(items, key=_build_sort_key(catalogue, model, candidates.urgent))),
        tuple(count_left_out(planned.values(), candidates, items)),
        (*undecidable_outcomes, *settled_outcomes),
        cost,
        frozenset(undecidable),
        candidates.seeds_to_cover,
    )


def _has_selected_case(selection: CaseSelection, catalogue: Catalogue, model: ResourceModel) -> bool:
    """Return whether any case is selected, on any shard."""
    return any(
        selection.is_selected(requirement, operation)
        for requirement in catalogue.requirements.values()
        for operation in ([None] if requirement.applies == API_SELECTOR else model.operations)
        if operation is None or SELECTORS[requirement.applies](operation, model)
    )


def _list_bound_operations(selector: str, model: ResourceModel) -> frozenset[str]:
    """Return the keys of the operations that a selector names."""
    binds = SELECTORS[selector]
    return frozenset(operation.key for operation in model.operations if binds(operation, model))


def _plan_cases(
    requirement: Requirement, model: ResourceModel, options: PlanOptions, list_bound: Callable[[str], frozenset[str]]
) -> Planned:
    """Return the cases of a requirement that the options select, and the excluded operations by reason."""
    if requirement.applies == API_SELECTOR:
        if not options.selection.is_selected(requirement, None):
            return Planned(requirement.id, (), {_UNSELECTED: (WHOLE_API_KEY,)})
        if options.shard[0] != 1:
            return Planned(requirement.id, (), {_ELSEWHERE: (WHOLE_API_KEY,)})
        return Planned(requirement.id, (WHOLE_API_KEY,))
    bound, groups = list_bound(requirement.applies), options.select_groups(model)
    cases: list[str] = []
    excluded: dict[str, list[str]] = defaultdict(list)
    for operation in model.operations:
        if operation.key not in bound:
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
