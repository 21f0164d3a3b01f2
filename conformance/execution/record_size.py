"""Bounds on what a run keeps of exchanges: everything that a correct API sends, and the beginning of longer bodies."""

from conformance.execution.store import SharedStore
from conformance.model import Exchange
from conformance.run_log.body_cut import cut_exchange, measure_exchange

LONG_BYTES = 16 * 1024
"""Size from which an exchange counts as long, and of which the beginning is kept in any case."""
MAX_LONG_BYTES = 64 * 1024 * 1024
"""Bytes of long exchanges that a run keeps whole; they stand in the run log and among the shared reads."""


class RecordSize:
    """The size of what the workers of a run keep together."""

    def __init__(self, store: SharedStore, most: int = MAX_LONG_BYTES) -> None:
        self._store, self._most = store, most

    def fit(self, exchange: Exchange) -> Exchange:
        """Return an exchange as it is kept: whole, or cut where the run has kept enough of long ones."""
        size = measure_exchange(exchange)
        if size <= LONG_BYTES or self._store.try_keep(size, self._most):
            return exchange
        return cut_exchange(exchange, LONG_BYTES)
