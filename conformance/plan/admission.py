"""Admission of items to a plan: by value for their cost, until the budget is used up. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import cache, partial

from conformance.evidence.payers import has_choice
from conformance.model import Case, Harm, Level, Target
from conformance.plan.candidates import Candidates
from conformance.plan.catalogue import Catalogue
from conformance.plan.item import PlanItem
from conformance.plan.options import PlanOptions
from conformance.plan.payment import Accounts, bill_item
from conformance.plan.sampling import order_by_thinness

_FIRST_TURNS = 3  # operations of each probe that go before the rest; one of those that try nothing new
_CHEAP = 10  # requests at most of a further way to try a case, for that to go before the rest
_LEVELS = {Level.MUST: 1.0, Level.SHOULD: 0.3, Level.MAY: 0.1}
_HARMS = {Harm.SECRETS: 1.6, Harm.DATA: 1.4, Harm.ACCESS: 1.2, Harm.AVAILABILITY: 1.2, Harm.FORM: 1.0}
_FREE = 0.01  # requests that are counted for an item without a price
_Order = tuple[int, int, bool, float, int]


class Phase(IntEnum):
    """The phases in which a budget pays for items."""

    URGENT = 0
    """What failed or changed lately."""
    PLAIN = 1
    """The plain reads, on which everything rests."""
    BREADTH = 2
    """A few operations of every probe that judges a MUST."""
    MUST = 3
    """What tries a case of a MUST for the first time."""
    OTHER = 4
    """What tries another case for the first time."""
    AGAIN = 5
    """What tries cases in a further way."""
    GENERATED = 6
    """Generated requests: they are in the way of no probe, and settle no case that another probe would judge."""


def order_by_value(candidates: Candidates, catalogue: Catalogue, target: Target) -> list[tuple[Phase, PlanItem]]:
    """Return the items of this seed's turn in the order in which a budget pays for them, each with its phase.

    In a phase goes first what only one identity can pay for, then what is worth most for each request: by level, harm
    and number of its cases, where a request that several items need is divided among them. A budget that ends early has
    tried every requirement somewhere, and every case of a MUST before anything twice.
    """
    find_price = divide_prices(item for _, item in candidates.first)
    values = {item.name: _compute_value(item, catalogue) / find_price(item) for _, item in candidates.first}
    is_choice = cache(partial(has_choice, target=target))
    turns: Counter[str] = Counter()
    covered: set[Case] = set()
    ordered: list[tuple[_Order, PlanItem]] = []
    for place, (probe, item) in enumerate(sorted(candidates.first, key=lambda entry: -values[entry[1].name])):
        cases = {Case(requirement, item.operation) for requirement in item.requirements}
        untried = cases if probe.is_unique_way else cases - covered
        new_levels = {catalogue.get_level(case.requirement) for case in untried}
        turn = turns[probe.name]
        if item.name in candidates.urgent:
            phase = Phase.URGENT
        elif probe.sends_generated:
            phase = Phase.GENERATED
        elif probe.is_plain_read:
            phase = Phase.PLAIN
        elif _is_broad(item, turn, new_levels, find_price(item), catalogue):
            phase = Phase.BREADTH
        elif new_levels:
            phase = Phase.MUST if Level.MUST in new_levels else Phase.OTHER
        else:
            phase = Phase.AGAIN
        is_flexible = any(is_choice(need.identity) for need in item.needs)
        key = (phase, turn if phase is Phase.BREADTH else 0, is_flexible, -values[item.name], place)
        ordered.append((key, item))
        turns[probe.name] += 1
        covered |= set() if probe.sends_generated else cases
    return [(Phase(key[0]), item) for key, item in sorted(ordered, key=lambda pair: pair[0])]


def _is_broad(item: PlanItem, turn: int, new_levels: set[Level], price: float, catalogue: Catalogue) -> bool:
    """Return whether an item may represent its probe: it tests a MUST for the first time, or cheaply in another way."""
    if Level.MUST in new_levels:
        return turn < _FIRST_TURNS
    judges_must = any(catalogue.get_level(requirement) is Level.MUST for requirement in item.requirements)
    return judges_must and turn == 0 and price <= _CHEAP


def divide_prices(items: Iterable[PlanItem]) -> Callable[[PlanItem], float]:
    """Return a function for the price of an item, in requests: what several items share is divided among them."""
    sharers: Counter[tuple[str, str]] = Counter()
    for item in items:
        sharers.update({(need.identity, need.key) for need in item.needs if need.shared})

    def find_price(item: PlanItem) -> float:
        shared = {(need.identity, need.key): need.count for need in item.needs if need.shared}
        own = sum(need.count for need in item.needs if not need.shared)
        return max(_FREE, own + sum(count / max(1, sharers[key]) for key, count in shared.items()))

    return find_price


def _compute_value(item: PlanItem, catalogue: Catalogue) -> float:
    """Return the value of all cases of an item."""
    known = (catalogue.requirements.get(requirement) for requirement in item.requirements)
    return sum(_LEVELS[r.level] * _HARMS[r.harm] if r else 1.0 for r in known)


def choose_affordable(
    candidates: Candidates, catalogue: Catalogue, options: PlanOptions
) -> tuple[list[PlanItem], dict[str, int], dict[Case, str]]:
    """Return the items that the budgets pay for, their cost by identity, and the reason for each case that is dropped.

    After an item that is too expensive, cheaper ones may still fit. What is left then pays for generated requests and
    for further parts of what was sampled thinnest. A part of each budget is kept for requests that have to be repeated.
    """
    first = order_by_value(candidates, catalogue, options.target)
    accounts = Accounts(options, [need for phase, item in first if phase < Phase.AGAIN for need in item.needs])
    taken: list[PlanItem] = []
    dropped: dict[Case, str] = {}
    for index, item in enumerate((*(item for _, item in first), *order_by_thinness(candidates.further))):
        needs = () if item.name in options.finished_items else item.needs
        is_generated = catalogue.probes[item.probe].sends_generated
        bill = accounts.find_bill(needs, is_generated=is_generated)
        if bill is not None:
            accounts.pay(bill, is_generated=is_generated)
            taken.append(bill_item(item, bill))
        elif index < len(first) and not is_generated:
            limit = options.get_plain_limit(accounts.find_exhausted(needs))
            reason = f"the budget of {limit} requests is too small for it"
            dropped.update({Case(requirement, item.operation): reason for requirement in item.requirements})
    return taken, {identity: count for identity, count in accounts.total.items() if count}, dropped
