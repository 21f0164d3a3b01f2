"""The pool of a worker: plan items that go on while others wait for responses.

One thread runs all items, so that store, run log and checks need no locks; other threads only send. What an item sends
depends on its responses alone, never on when they arrive.
"""

import heapq
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import NamedTuple

from conformance.execution.concurrency import ConcurrencyLimit
from conformance.execution.sender import is_repeatable
from conformance.execution.transmission_threads import Arrived, TransmissionThreads
from conformance.execution.waits import Arrival, Delay, Sent, Transmission, Waiting
from conformance.model import Exchange, Outcome
from conformance.plan import PlanItem

_LONG = 20  # requests of an item from which it begins before others: it sends them one after the other
_MAX_OPEN_ITEMS = 200  # begun and not ended, most of which wait for something else than their own request
_SWITCH_INTERVAL_S = 0.0005  # a thread with a response gets its turn sooner than by default


class _OpenItem(NamedTuple):
    name: str
    steps: Waiting[tuple[Outcome, ...]]


class _Flight(NamedTuple):
    item: _OpenItem
    level: int


class ItemPool:
    """Runs plan items so that as many requests are in flight as the limit allows.

    `open_item` returns an item as a generator of waits, `list_ahead` the items that are to run next, in their order;
    `is_pending` returns whether an item of this worker is still sending a shared read, and `is_refusal` whether a
    target that serves other requests refused one.
    """

    def __init__(  # noqa: PLR0913 - what it runs, by what means
        self,
        open_item: Callable[[PlanItem], Waiting[tuple[Outcome, ...]]],
        list_ahead: Callable[[], Iterable[PlanItem]],
        is_pending: Callable[[str], bool],
        is_refusal: Callable[[Exchange], bool],
        threads: TransmissionThreads,
        limit: ConcurrencyLimit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._open_item, self._list_ahead = open_item, list_ahead
        self._is_pending, self._is_refusal = is_pending, is_refusal
        self._threads, self._limit, self._clock, self._sleep = threads, limit, clock, sleep
        self._known: set[str] = set()  # items that were queued at some time
        self._queue: deque[PlanItem] = deque()
        self._open: dict[str, _OpenItem] = {}
        self._ended: dict[str, tuple[Outcome, ...] | Exception] = {}  # until they are collected
        self._ready: deque[tuple[_OpenItem, Transmission]] = deque()  # requests that wait for their turn
        self._flights: dict[int, _Flight] = {}
        self._delayed: list[tuple[float, int, _OpenItem]] = []  # a heap by time
        self._parked: dict[str, list[_OpenItem]] = {}  # by the shared read that they wait for
        self._numbers = count()
        self._held_until = 0.0
        self._is_silent = False  # whether the request in flight must be the only one
        self._switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_INTERVAL_S)

    def run(self, item: PlanItem) -> tuple[Outcome, ...]:
        """Return the violations of an item once it has ended; items that come after it go on meanwhile."""
        if item.name not in self._known:
            self._known.add(item.name)
            self._queue.appendleft(item)
        while item.name not in self._ended:
            self._start_items()
            self._send_ready()
            self._wait()
        result = self._ended.pop(item.name)
        if isinstance(result, Exception):
            raise result
        return result

    def close(self) -> None:
        """End all items where they are; what they have sent and judged is in the run log."""
        for item in self._open.values():
            item.steps.close()
        self._open.clear()
        self._threads.close()
        sys.setswitchinterval(self._switch_interval)

    def _start_items(self) -> None:
        """Begin items while fewer requests are in flight, or ready to be sent, than may be.

        Those that send many requests come first, so that the last of them does not go on alone for a long time.
        """
        while len(self._flights) + len(self._ready) < self._limit.current and len(self._open) < _MAX_OPEN_ITEMS:
            if not self._queue:
                ahead = [item for item in self._list_ahead() if item.name not in self._known]
                self._known.update(item.name for item in ahead)
                self._queue.extend(sorted(ahead, key=lambda item: item.own_requests < _LONG))
            if not self._queue:
                return
            item = self._queue.popleft()
            opened = self._open[item.name] = _OpenItem(item.name, self._open_item(item))
            self._resume(opened, None)

    def _send_ready(self) -> None:
        """Send what is ready within the limit.

        A request that may reach its rate limit, or cannot be repeated, goes out alone, since a refusal of it would else
        say nothing: there might have been too many in flight. Several such requests of one item follow each other, as
        all others have to wait for each of them.
        """
        while self._ready and len(self._flights) < self._limit.current and self._clock() >= self._held_until:
            needs_silence = _needs_silence(self._ready[0][1])
            if self._flights and (needs_silence or self._is_silent):
                return
            item, transmission = self._ready.popleft()
            self._is_silent = needs_silence
            number = next(self._numbers)
            self._flights[number] = _Flight(item, len(self._flights) + 1)
            self._threads.submit(number, transmission)

    def _wait(self) -> None:
        """Wait until a response arrives or a delay is over, and continue the items that waited for it."""
        timeout_s = self._find_timeout()
        if self._flights:
            arrived = self._threads.receive(timeout_s)
            if arrived:
                self._receive(arrived)
        elif timeout_s:
            self._sleep(timeout_s)
        now = self._clock()
        while self._delayed and self._delayed[0][0] <= now:
            self._resume(heapq.heappop(self._delayed)[2], None)
        for key in [key for key in self._parked if not self._is_pending(key)]:
            for item in self._parked.pop(key):
                self._resume(item, None)

    def _find_timeout(self) -> float | None:
        """Return the seconds until something is due, None where only a response is waited for."""
        times = [self._delayed[0][0]] if self._delayed else []
        if self._ready and self._held_until > self._clock():
            times.append(self._held_until)
        return max(0.0, min(times) - self._clock()) if times else None if self._flights else 0.0

    def _receive(self, arrived: Arrived) -> None:
        item, level = self._flights.pop(arrived.number)
        result = arrived.result
        if isinstance(result, Sent):
            exchange = result.exchange
            if self._is_refusal(exchange):
                result = result._replace(is_crowded=self._limit.add_refusal(level))
            elif exchange.response and not exchange.is_unavailable:
                self._limit.add_response(level, exchange.response.elapsed_s)
        self._resume(item, result)

    def _resume(self, item: _OpenItem, value: Sent | BaseException | None) -> None:
        """Continue an item until its next wait, or its end."""
        try:
            wait = item.steps.throw(value) if isinstance(value, BaseException) else item.steps.send(value)
        except StopIteration as end:
            self._end(item, end.value)
        except Exception as error:  # noqa: BLE001 - it is raised where the result is collected
            self._end(item, error)
        else:
            if isinstance(wait, Transmission):
                is_next = self._is_silent and not self._flights and _needs_silence(wait)
                (self._ready.appendleft if is_next else self._ready.append)((item, wait))
            elif isinstance(wait, Arrival):
                self._parked.setdefault(wait.key, []).append(item)
            else:
                self._delay(item, wait)

    def _delay(self, item: _OpenItem, delay: Delay) -> None:
        until = self._clock() + delay.seconds
        if delay.holds_all:
            self._held_until = max(self._held_until, until)
        heapq.heappush(self._delayed, (until, next(self._numbers), item))

    def _end(self, item: _OpenItem, result: tuple[Outcome, ...] | Exception) -> None:
        del self._open[item.name]
        self._ended[item.name] = result


def _needs_silence(transmission: Transmission) -> bool:
    """Return whether a request must be the only one in flight."""
    return transmission.request.expects_limit or not is_repeatable(transmission.request)
