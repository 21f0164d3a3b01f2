"""The state that the items of a worker share to send requests, and the early end of an item."""

import math
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from conformance.execution.pace import HourlyPace
from conformance.execution.record_size import RecordSize
from conformance.execution.redactor import Redactor
from conformance.execution.second_sight import Confirmations
from conformance.execution.store import SharedStore
from conformance.execution.waits import Sent, Transmission, transmit
from conformance.model import Event, Exchange, Request, Verdict
from conformance.network.channel import Channel
from conformance.network.traces import TraceNamer

DEFAULT_MAX_WAIT_S = 3600
"""The longest wait that a 429 may ask for by default: the window that the API documents."""
DEFAULT_PATIENCE_S = 60.0
"""How long a target that cannot be reached is waited for by default."""


class ItemHalt(Exception):  # noqa: N818 - a reason to end, not an error
    """The end of an item before its probe is through: the verdict of the cases that are left, and the reason."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class SendingContext(msgspec.Struct, frozen=True):
    """The means of sending, the same for all items of a worker.

    `get_limit` returns how many requests an identity may send in the run. `should_wait` says whether a 429 is waited
    out, for `max_wait_s` seconds at most, or ends the run; `patience_s` is how long a target that cannot be reached is
    waited for. `pace` holds requests back where the run spreads over several hours. `effective_operations` holds, by
    operation, why no further inert write is sent to it; `unavailable_operations` are those whose reads got no response
    of the API in repeated tries. `first_read` is what the target responded to before the run: sent again, it shows
    whether the target is there at all. `missing_targets` holds the base URL while an item waits for it.
    `confirmations` counts the violations that were seen a second time.
    `write_line` writes several events as one line of the run log.
    `left_writes` holds by item what an earlier run left when it was cut off.
    `concurrency` is the most requests in flight: so many may fail for one reason at once. `ends_at_s` is the deadline
    of the run by the monotonic clock. `traces` names a trace for each request, None for none. `clock` returns seconds
    since 1970.
    """

    base_url: str
    channel: Channel
    store: SharedStore
    redactor: Redactor
    write: Callable[[Event], None]
    get_limit: Callable[[str], int | None] = lambda _: None
    should_wait: bool = True
    effective_operations: dict[str, str] = {}
    unavailable_operations: set[str] = set()
    first_read: Request | None = None
    missing_targets: set[str] = set()
    left_writes: Mapping[str, tuple[Exchange, ...]] = {}
    confirmations: Confirmations = msgspec.field(default_factory=Confirmations)
    max_wait_s: float = DEFAULT_MAX_WAIT_S
    patience_s: float = DEFAULT_PATIENCE_S
    pace: HourlyPace | None = None
    concurrency: int = 1
    ends_at_s: float = math.inf
    write_line: Callable[[Sequence[Event]], None] | None = None
    traces: TraceNamer | None = None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def write_together(self, events: Sequence[Event]) -> None:
        """Write events of one item that only count together."""
        if self.write_line is not None:
            self.write_line(events)
            return
        for event in events:
            self.write(event)

    def is_refusal(self, exchange: Exchange) -> bool:
        """Return whether a target that serves other requests refused this one, perhaps because there were too many."""
        if exchange.status == 429:
            return not exchange.request.expects_limit
        return exchange.is_unavailable and exchange.request.operation not in self.unavailable_operations

    @property
    def record_size(self) -> RecordSize:
        """Return the bound on what is kept of exchanges."""
        return RecordSize(self.store)

    def transmit(self, transmission: Transmission) -> Sent:
        """Send a request through the channel and wait for its response."""
        trace = self.traces.make_traceparent(transmission.key) if self.traces else ""
        return transmit(self.channel, self.clock, transmission, trace)
