"""Our own run logs: their exchanges, with the names that the run gave to its identities."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from conformance.errors import LogError
from conformance.execution.availability import ASIDE
from conformance.model import Exchange, Exchanged
from conformance.run_log.event_log import read_events
from conformance.traffic.entry import LeftOut, TrafficEntry

FIRST_WORDS = (b'{"type":"run_started"', b'{"type": "run_started"')
"""How a line of a run log begins, by which it is known."""


def read_exchanges(paths: Iterable[Path]) -> Iterator[TrafficEntry | LeftOut]:
    """Yield the exchanges of run logs, and what could not be read."""
    for path in paths:
        try:
            for event in read_events([path]):
                if isinstance(event, Exchanged):
                    yield _read_exchange(event.exchange)
        except LogError as error:
            yield LeftOut("the rest of a run log that cannot be read", f"{path.name}: {error.message}")


def _read_exchange(exchange: Exchange) -> TrafficEntry | LeftOut:
    request, response = exchange.request, exchange.response
    if response is None or ASIDE in exchange.id:
        return LeftOut("requests without a response", exchange.id)
    return TrafficEntry(
        request.method,
        exchange.url,
        request.headers,
        request.body,
        response.status,
        response.headers,
        response.body,
        exchange.sent_at,
        response.elapsed_s,
        has_body=not response.cut,
        identity=request.identity,
        id=exchange.id,
    )
