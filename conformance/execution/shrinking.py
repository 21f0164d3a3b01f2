"""The violations of an item, and the smallest request that shows each. Pure."""

from collections.abc import Callable, Generator, Iterator

import msgspec

from conformance.execution.record import Sort, kind_of
from conformance.execution.reducing import reductions, size
from conformance.model import Exchange, Outcome, Request

BUDGET = 24  # requests that making the case of one requirement smaller may take


class Witness(msgspec.Struct, frozen=True):
    """A violation and the exchange that shows it."""

    outcome: Outcome
    exchange: Exchange

    @property
    def size(self) -> tuple[int, int, str]:
        """What is compared: how many parts a request has, how long it is; the text alone settles a draw."""
        return size(self.exchange.request)


class Held:
    """The violations of an item by kind, so that the smallest of each can be told."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._kinds: dict[Sort, list[Witness]] = {}

    def saw(self, exchange: Exchange) -> None:
        """An exchange that violations may rest on."""
        self._exchanges[exchange.id] = exchange

    def take(self, outcome: Outcome) -> None:
        """Remember a violation that rests on an exchange of the item."""
        exchange = next((self._exchanges[each] for each in outcome.exchanges if each in self._exchanges), None)
        if exchange is not None:
            self._kinds.setdefault(kind_of(outcome), []).append(Witness(outcome, exchange))

    def smallest(self, kind: Sort) -> Witness:
        """The violation of a kind with the smallest request."""
        return min(self._kinds[kind], key=lambda each: each.size)

    def kinds(self) -> tuple[Sort, ...]:
        """What was violated, in the order seen."""
        return tuple(self._kinds)

    def reduced(self) -> Iterator[Outcome]:
        """The first violation of each kind of which there is a smaller one, named in it; not counted again."""
        for kind, (first, *_) in self._kinds.items():
            best = self.smallest(kind)
            if best.size < first.size:
                yield msgspec.structs.replace(first.outcome, smallest=best.exchange.id, times=0)

    def shrink(
        self, attempt: Callable[[Request], None], could: Callable[[Request, str], bool] = lambda _request, _name: True
    ) -> None:
        """Make each kind of violation smaller; `attempt` sends a request and has what it violates taken.

        The budget is one requirement's. Requests made before are not made again, nor those that `could` tells to be no
        case of the requirement.
        """
        left = dict.fromkeys((requirement for requirement, *_ in self.kinds()), BUDGET)
        told = {each.request: frozenset[Sort]() for each in self._exchanges.values()}
        for kind in self.kinds():
            for each in self._kinds[kind]:
                told[each.exchange.request] = told.get(each.exchange.request, frozenset()) | {kind}
        for kind in self.kinds():
            requirement = kind[0]
            steps = reductions(self.smallest(kind).exchange.request)
            request = next(steps, None)
            while request is not None:
                if request not in told and could(request, requirement):
                    if not left[requirement]:
                        break
                    left[requirement] -= 1
                    told[request] = self._shown(attempt, request)
                request = _following(steps, shows=kind in told.get(request, ()))

    def _shown(self, attempt: Callable[[Request], None], request: Request) -> frozenset[Sort]:
        """The kinds of violation that a request shows when it is made."""
        before = {kind: len(each) for kind, each in self._kinds.items()}
        attempt(request)
        return frozenset(kind for kind, each in self._kinds.items() if len(each) > before.get(kind, 0))


def _following(steps: Generator[Request, bool, None], *, shows: bool) -> Request | None:
    """What is to be tried next, None at the end."""
    try:
        return steps.send(shows)
    except StopIteration:
        return None
