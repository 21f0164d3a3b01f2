"""The exchanges of a run log by the names that the same run would give them again. Pure."""

from collections.abc import Iterable

import msgspec

from conformance.execution.availability import ASIDE
from conformance.execution.sender import build_exchange_id
from conformance.model import Exchange, Request

_READERS = ("full", "readonly")  # which of them pays for a read depends on the allowances of the run


class RecordedExchanges:
    """Finds the exchange that a plan item received for a request.

    A run names an exchange after its request; of a request that may have an effect, or is to be sent anew, also after
    the item and the number of its requests so far (`conformance.execution.sender`).
    """

    def __init__(self, exchanges: Iterable[Exchange], authority: str) -> None:
        self._authority = authority
        self._by_id: dict[str, Exchange] = {}  # of several tries the last one, which the item received
        for exchange in exchanges:
            if ASIDE not in exchange.id:
                self._by_id[exchange.id] = exchange

    def is_received(self, exchange: Exchange) -> bool:
        """Return whether an item received an exchange: it was neither set aside nor repeated."""
        return self._by_id.get(exchange.id) is exchange

    def find(self, request: Request, item: str, number: int) -> Exchange | None:
        """Return the exchange of the request with that number in an item; None where the log has none."""
        is_shared = request.is_safe and not request.fresh
        nonce = "" if is_shared else f"{item}#{number}"
        identities = _READERS if request.identity in _READERS else (request.identity,)
        senders = (request.identity, *(name for name in identities if name != request.identity))
        ids = (
            build_exchange_id(msgspec.structs.replace(request, identity=name), nonce, self._authority)
            for name in senders
        )
        return next((self._by_id[known] for known in ids if known in self._by_id), None)
