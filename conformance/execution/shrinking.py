"""Smaller requests that may show the same: what is left out, one thing at a time. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from conformance.execution.record import Sort, kind_of
from conformance.model import Exchange, Outcome, Request

BUDGET = 12  # requests that making the case of one requirement smaller may take
_KEPT = {"content-type"}


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

    def shrink(self, attempt: Callable[[Request], None]) -> None:
        """Make each kind of violation smaller; `attempt` sends a request and has what it violates taken.

        The budget is one requirement's; requests made before are not made again.
        """
        left: Counter[str] = Counter()
        tried: set[Request] = set()
        for kind in self.kinds():
            requirement, best = kind[0], None
            while best != (best := self.smallest(kind)):
                for request in smaller(best.exchange.request):
                    if request in tried or left[requirement] == BUDGET:
                        continue
                    tried.add(request)
                    left[requirement] += 1
                    attempt(request)
                    if self.smallest(kind) != best:
                        break


def size(request: Request) -> tuple[int, int, str]:
    """How large a request is: parts, then characters, then its text."""
    parts = len(_pairs(request)) + len(request.headers) + len(_decoded(request.body))
    text = f"{request.target}\n{request.headers}\n{request.body!r}"
    return parts, len(text), text


def smaller(request: Request) -> Iterator[Request]:
    """The request without one query parameter, one header, or one member or item of its JSON body."""
    pairs = _pairs(request)
    path = request.target.partition("?")[0]
    for index in range(len(pairs)):
        query = "&".join(pairs[:index] + pairs[index + 1 :])
        yield msgspec.structs.replace(request, target=path + (f"?{query}" if query else ""))
    for index, (name, _) in enumerate(request.headers):
        if name.lower() not in _KEPT:
            headers = request.headers[:index] + request.headers[index + 1 :]
            yield msgspec.structs.replace(request, headers=headers)
    body = _decoded(request.body)
    for key in range(len(body)) if isinstance(body, list) else list(body):
        rest: Any = (
            [each for index, each in enumerate(body) if index != key]
            if isinstance(body, list)
            else {name: value for name, value in body.items() if name != key}
        )
        yield msgspec.structs.replace(request, body=msgspec.json.encode(rest))


def _pairs(request: Request) -> list[str]:
    query = request.target.partition("?")[2]
    return query.split("&") if query else []


def _decoded(body: bytes) -> dict[str, Any] | list[Any]:
    """The JSON body where it has parts, an empty object otherwise."""
    try:
        found = msgspec.json.decode(body) if body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict | list) else {}
