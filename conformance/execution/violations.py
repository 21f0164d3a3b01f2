"""The violations of a plan item, and the smallest request that shows each. Pure."""

from collections.abc import Callable, Generator, Iterator, Mapping

import msgspec

from conformance.execution.recorder import OutcomeKind, classify_outcome
from conformance.execution.request_reduction import propose_reductions
from conformance.model import Exchange, Outcome, Request
from conformance.model.request_size import measure_request

MAX_REDUCTION_REQUESTS = 24  # requests that the reduction may send for one requirement


class Witness(msgspec.Struct, frozen=True):
    """A violation and the exchange that shows it."""

    outcome: Outcome
    exchange: Exchange

    @property
    def size(self) -> tuple[int, int, str]:
        """Return the size of the request as a sort key."""
        return measure_request(self.exchange.request)


class ItemViolations:
    """The violations of a plan item by kind, with their exchanges."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._kinds: dict[OutcomeKind, list[Witness]] = {}

    def add_exchange(self, exchange: Exchange) -> None:
        """Add an exchange that violations may rest on."""
        self._exchanges[exchange.id] = exchange

    def add_violation(self, outcome: Outcome) -> None:
        """Add a violation; one that rests on no exchange of the item is ignored."""
        exchange = next((self._exchanges[key] for key in outcome.exchanges if key in self._exchanges), None)
        if exchange is not None:
            self._kinds.setdefault(classify_outcome(outcome), []).append(Witness(outcome, exchange))

    def has_kind(self, outcome: Outcome) -> bool:
        """Return whether an outcome is a violation of a kind that was seen."""
        return classify_outcome(outcome) in self._kinds

    def get_smallest(self, kind: OutcomeKind) -> Witness:
        """Return the violation of a kind with the smallest request."""
        return min(self._kinds[kind], key=lambda witness: witness.size)

    def list_kinds(self) -> tuple[OutcomeKind, ...]:
        """Return the kinds of violations in the order in which they appeared."""
        return tuple(self._kinds)

    def find_reduced(self) -> Iterator[Outcome]:
        """Yield the first violation of each kind with the id of a smaller exchange, where there is one.

        Its `times` is 0, as it has been counted before.
        """
        for kind, (first, *_) in self._kinds.items():
            best = self.get_smallest(kind)
            if best.size < first.size:
                yield msgspec.structs.replace(first.outcome, smallest=best.exchange.id, times=0)

    def propose_smaller(
        self, can_violate: Callable[[Request, str], bool] = lambda _request, _name: True
    ) -> Iterator[Request]:
        """Yield requests to send in search of the smallest one for each kind of violation.

        The caller sends each and adds its violations before it takes the next. Each requirement has a budget of its
        own. A request is not proposed again, nor is one that cannot violate the requirement by `can_violate`.
        """
        budget = dict.fromkeys((requirement for requirement, *_ in self.list_kinds()), MAX_REDUCTION_REQUESTS)
        shown = {exchange.request: frozenset[OutcomeKind]() for exchange in self._exchanges.values()}
        for kind, witnesses in self._kinds.items():
            for request in (witness.exchange.request for witness in witnesses):
                shown[request] = shown.get(request, frozenset()) | {kind}
        for kind in self.list_kinds():
            requirement = kind[0]
            steps = propose_reductions(self.get_smallest(kind).exchange.request)
            candidate = next(steps, None)
            while candidate is not None:
                if candidate not in shown and can_violate(candidate, requirement):
                    if not budget[requirement]:
                        break
                    budget[requirement] -= 1
                    before = {kind: len(witnesses) for kind, witnesses in self._kinds.items()}
                    yield candidate
                    shown[candidate] = self._list_kinds_since(before)
                candidate = _next_candidate(steps, shows=kind in shown.get(candidate, ()))

    def _list_kinds_since(self, before: Mapping[OutcomeKind, int]) -> frozenset[OutcomeKind]:
        """Return the kinds that have more violations than `before` counts."""
        return frozenset(kind for kind, witnesses in self._kinds.items() if len(witnesses) > before.get(kind, 0))


def _next_candidate(steps: Generator[Request, bool, None], *, shows: bool) -> Request | None:
    """Return the next smaller request, None at the end."""
    try:
        return steps.send(shows)
    except StopIteration:
        return None
