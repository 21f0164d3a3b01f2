"""Payment for items: of the identities that may pay, the one with most requests left is chosen. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import product

import msgspec

from conformance.evidence.payers import is_payer_kind, list_payers
from conformance.plan.costs import ASSUMED_PAYER, assign_payers, sum_costs
from conformance.plan.item import PlanItem
from conformance.plan.options import PlanOptions
from conformance.probes.toolkit.base import Need

_RESERVE = 32  # one part in so many of a budget
_DETOUR = 30  # requests that an identity must have left beyond another one, to pay for one request more


class Bill(msgspec.Struct, frozen=True):
    """The cost of an item for its payers: identities by kind of payer, and requests that nobody paid before."""

    payers: dict[str, str]
    cost: Counter[str]
    shared: frozenset[tuple[str, str]]


class Accounts:
    """The requests that identities have left while a plan is made.

    `claimants` are needs that the plan would like to pay for: what only one identity can pay for is left to it as long
    as another one has something left.
    """

    def __init__(self, options: PlanOptions, claimants: Iterable[Need]) -> None:
        self._get_limit = cache(options.get_limit)
        self._get_plain_limit = cache(options.get_plain_limit)
        self.total: Counter[str] = Counter()
        self._plain: Counter[str] = Counter()  # without generated requests
        self._paid: set[tuple[str, str]] = set()
        self._list_payers = cache(partial(list_payers, target=options.target))
        self._claimed = sum_costs(need for need in claimants if not is_payer_kind(need.identity))

    def find_bill(self, needs: tuple[Need, ...], *, is_generated: bool = False) -> Bill | None:
        """Return the best bill for needs; None if no identity that may pay has enough left."""
        bills = [bill for bill in self._list_bills(needs) if self._is_affordable(bill, is_generated=is_generated)]
        return min(bills, key=self._compute_burden, default=None)

    def pay(self, bill: Bill, *, is_generated: bool = False) -> None:
        """Pay a bill: what is shared costs nothing from now on."""
        self.total += bill.cost
        self._plain += Counter() if is_generated else bill.cost
        self._paid |= bill.shared
        for payer in set(bill.payers.values()):
            self._claimed[payer] += bill.cost[payer]

    def find_exhausted(self, needs: tuple[Need, ...]) -> str:
        """Return an identity without enough requests left, for needs that no identity can pay for."""
        bill = next(self._list_bills(needs))
        return next((name for name in bill.cost if not self._can_pay(name, bill.cost[name])), ASSUMED_PAYER)

    def _list_bills(self, needs: tuple[Need, ...]) -> Iterator[Bill]:
        kinds = list(dict.fromkeys(need.identity for need in needs if is_payer_kind(need.identity)))
        for names in product(*(self._list_payers(kind) for kind in kinds)):
            yield self._make_bill(needs, dict(zip(kinds, names, strict=True)))

    def _make_bill(self, needs: tuple[Need, ...], payers: dict[str, str]) -> Bill:
        cost: Counter[str] = Counter()
        shared: set[tuple[str, str]] = set()
        for need in needs:
            identity = payers.get(need.identity, need.identity)
            if need.shared:
                key = (identity, need.key)
                if key in self._paid or key in shared:
                    continue
                shared.add(key)
            cost[identity] += need.count
        return Bill(payers, cost, frozenset(shared))

    def _is_affordable(self, bill: Bill, *, is_generated: bool) -> bool:
        return all(self._can_pay(name, count, is_generated=is_generated) for name, count in bill.cost.items())

    def _can_pay(self, identity: str, count: int, *, is_generated: bool = False) -> bool:
        """Return whether an identity has enough left; some of it may be kept for generated requests."""
        if self.total[identity] + count > _get_planned_limit(self._get_limit(identity)):
            return False
        return is_generated or self._plain[identity] + count <= _get_planned_limit(self._get_plain_limit(identity))

    def _compute_burden(self, bill: Bill) -> int:
        """Return how much a bill burdens: what its payers lack afterwards, and what it costs in all."""
        burdens = [self._get_burden(payer, bill.cost[payer]) for payer in bill.payers.values()]
        return max(burdens, default=0) + _DETOUR * bill.cost.total()

    def _get_burden(self, identity: str, count: int) -> int:
        """Return the requests that an identity is short of once it has paid `count`, negative where it has some left.

        Without a limit nobody is ever short of any.
        """
        limit = self._get_limit(identity)
        return 0 if limit is None else self._claimed[identity] + count - limit


def bill_item(item: PlanItem, bill: Bill) -> PlanItem:
    """Return an item with the identities that pay for it."""
    payers = tuple(sorted(bill.payers.items()))
    return msgspec.structs.replace(item, needs=assign_payers(item.needs, bill.payers), payers=payers)


def _get_planned_limit(limit: int | None) -> float:
    """Return how many requests of a limit may be planned, infinity without a limit."""
    return math.inf if limit is None else limit - limit // _RESERVE
