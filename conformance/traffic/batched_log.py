"""Events of judged exchanges on their way to the run log: many of one item share a line."""

from collections.abc import Callable

from conformance.model import Event, Exchanged
from conformance.run_log.event_log import LogWriter

_MAX_EVENTS, _MAX_BYTES = 128, 1 << 20  # of a line; bytes of response bodies


class BatchedLog:
    """Appends events to a run log, those of one item together; `read` gets each of them at once.

    Compressing events one by one takes several times as long. Nothing is lost that could not be judged again.
    """

    def __init__(self, log: LogWriter, read: Callable[[Event], None]) -> None:
        self._log, self._read = log, read
        self._events: list[Event] = []
        self._item, self._size = "", 0

    def append(self, event: Event) -> None:
        """Write one event, later; raises LogError where earlier ones cannot be written."""
        self._read(event)
        item = getattr(event, "item", "")
        if item != self._item:
            self.flush()
            self._item = item
        self._events.append(event)
        if isinstance(event, Exchanged) and event.exchange.response is not None:
            self._size += len(event.exchange.response.body)
        if len(self._events) >= _MAX_EVENTS or self._size >= _MAX_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the events that are not written yet; raises LogError."""
        self._log.append_together(self._events)
        self._events.clear()
        self._size = 0
