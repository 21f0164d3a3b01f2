"""Equal parts of events as one object, so that a long run log takes little memory once it is read."""

from typing import TypeVar

import msgspec

from conformance.model.exchange import Exchange, Headers, Request
from conformance.model.outcome import Outcome

_MOST = 50_000  # values that are remembered, since some headers never repeat
_TEXTS = ("message", "expected", "actual", "pointer", "cause")
T = TypeVar("T", str, tuple[str, str], Headers)


class SharedValues:
    """The strings and headers of the events read so far; of equal ones, all events get the same object."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], tuple[str, str]] = {}
        self._headers: dict[Headers, Headers] = {}

    def share_exchange(self, exchange: Exchange, request_body: bytes, response_body: bytes) -> Exchange:
        """Return an equal exchange of shared parts, with the bodies given where its own are empty."""
        request, response = exchange.request, exchange.response
        if response is not None:
            headers = tuple(map(self._share_pair, response.headers))
            body = response_body or response.body
            response = msgspec.structs.replace(response, headers=headers, body=body)
        request = self._share_request(request, request_body or request.body)
        return msgspec.structs.replace(exchange, request=request, response=response)

    def share_outcome(self, outcome: Outcome) -> Outcome:
        """Return an equal outcome of shared strings."""
        shared = {"requirement": self.share_text(outcome.requirement), "operation": self.share_text(outcome.operation)}
        if outcome.message or outcome.expected or outcome.actual or outcome.pointer or outcome.cause:  # few of all
            shared |= {name: self.share_text(getattr(outcome, name)) for name in _TEXTS}
        return msgspec.structs.replace(outcome, **shared)

    def share_text(self, text: str) -> str:
        """Return the first string that was equal to this one."""
        return _share(self._texts, text)

    def _share_request(self, request: Request, body: bytes) -> Request:
        return msgspec.structs.replace(
            request,
            operation=self.share_text(request.operation),
            method=self.share_text(request.method),
            identity=self.share_text(request.identity),
            headers=_share(self._headers, tuple(map(self._share_pair, request.headers))),
            body=body,
        )

    def _share_pair(self, pair: tuple[str, str]) -> tuple[str, str]:
        known = self._pairs.get(pair)
        return known or _share(self._pairs, (self.share_text(pair[0]), pair[1]))


def _share(known: dict[T, T], value: T) -> T:
    if len(known) >= _MOST:
        known.clear()
    return known.setdefault(value, value)
