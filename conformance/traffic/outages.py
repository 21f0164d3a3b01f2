"""Responses of gateways in recorded traffic: set aside, unless an operation never responds. Pure."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from conformance.execution.availability import ASIDE, SERVER_FAILURE
from conformance.model import Exchange, Outcome, Verdict

_MIN_FAILED = 3  # reads of an operation without a response of the API before it counts as failing


class Outages:
    """RSP-08 of operations for which only gateways responded, as a run judges it after its repetitions."""

    def __init__(self) -> None:
        self._failed: dict[str, list[Exchange]] = defaultdict(list)  # by operation
        self._answered: set[str] = set()
        self._number = 0

    def set_aside(self, exchange: Exchange) -> Exchange:
        """Return an exchange; its name says so if a gateway responded instead of the API."""
        if not exchange.is_unavailable:
            self._answered.add(exchange.request.operation)
            return exchange
        self._number += 1
        if exchange.request.is_safe:
            exchange = msgspec.structs.replace(exchange, id=f"{exchange.id}{ASIDE}{self._number}")
            self._failed[exchange.request.operation].append(exchange)
        return exchange

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation whose reads all failed."""
        for operation, exchanges in self._failed.items():
            if operation not in self._answered and len(exchanges) >= _MIN_FAILED:
                status = str(exchanges[0].status)
                message = f"each of {len(exchanges)} reads returned {status}"
                ids = tuple(exchange.id for exchange in exchanges[:5])
                yield Outcome(SERVER_FAILURE, operation, Verdict.FAIL, message, "below 500", status, exchanges=ids)
