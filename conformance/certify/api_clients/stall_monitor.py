"""Stall monitor: measures for how long the event loops of the scenario server stood still.

A loop stands still while the machine runs other processes or the loop has other work. Until it goes on, clients get no
response, and the times of requests are those of the loop, not those of the client.
"""

import asyncio
import time
from collections import deque

_INTERVAL_S = 0.05
_MIN_STALL_S = 0.1  # shorter ones change no verdict
_MAX_STALLS = 10_000


class StallMonitor:
    """Measures the stalls of the event loops that it watches; each loop is watched until it closes."""

    def __init__(self) -> None:
        self._watchers: dict[int, asyncio.Task[None]] = {}
        self._stalls: deque[tuple[float, float]] = deque(maxlen=_MAX_STALLS)  # end (monotonic) and duration, in seconds

    def watch_running_loop(self) -> None:
        """Watch the running event loop, unless it is watched already."""
        loop = asyncio.get_running_loop()
        if id(loop) not in self._watchers:
            self._watchers[id(loop)] = loop.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_INTERVAL_S)
            now = time.monotonic()
            if (stall := now - began - _INTERVAL_S) > _MIN_STALL_S:
                self._stalls.append((now, stall))

    def find_longest(self, since: float) -> float:
        """Return the longest stall in seconds that ended after a monotonic time, 0 where there was none."""
        return max((duration for end, duration in list(self._stalls) if end >= since), default=0.0)
