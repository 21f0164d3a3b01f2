"""Failures that are not the API's own: responses of gateways, and connections that are lost for a while. Pure.

Such an exchange says nothing of the requirement that its request was sent for. A read is sent again after growing
pauses; what still fails then is a failure of the server (RSP-08), and the others count as moments of unavailability
(RSP-13).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import sqrt
from statistics import fmean

from conformance.model import Exchange, Outcome, Verdict

SERVER_FAILURE = "RSP-08"
"""The requirement that a response of a gateway is judged by, and no other."""
ASIDE = "-aside-"
"""Part of the id of an exchange that was set aside, before the number of the try."""
CROWDED = "-crowded-"
"""Part of the id of an exchange that was refused because too many requests were in flight."""
_BUSY_PAUSES_S = (0.1, 1.0, 4.0, 12.0)  # after a response of a gateway: long enough for a restart
_FIRST_CROWD_PAUSE_S, _MAX_CROWD_TRIES = 0.2, 8
_BROKEN_PAUSES_S = (0.1, 0.5, 2.0)  # after a connection that broke: the request itself may be the reason
_TIMEOUT_PAUSE_S = 1.0  # after a request that timed out; it is sent again once, as that may take as long again
_GROWTH, _LONGEST_PAUSE_S = 2.0, 5.0  # while the target cannot be reached
_MIN_LIMIT_PAUSE_S = 1.0  # beyond what a 429 asks for: the clocks of two machines differ
_LOST = "no response"
_MIN_DEVIATIONS = 3.0  # from the mean, before a difference is no accident
_MIN_FAILED_WRITES = 2  # of an operation, without one that succeeds, before it counts as failing


def find_pause(exchange: Exchange, number: int, told_s: int, *, is_known_unavailable: bool) -> float | None:
    """Return the seconds to wait before a read is sent again, None where it is not.

    `number` counts the tries so far from 0, `told_s` is what Retry-After asks for, 0 without. A read of an operation
    that is known to be unavailable is sent again once.
    """
    pauses: tuple[float, ...] = _BUSY_PAUSES_S if exchange.is_unavailable else _BROKEN_PAUSES_S
    pauses = pauses[:1] if is_known_unavailable else pauses
    return max(pauses[number], told_s) if number < len(pauses) else None


def find_crowd_pause(number: int, told_s: int) -> float | None:
    """Return the seconds to wait before a request is sent again that was one too many, None where it is not."""
    return max(_FIRST_CROWD_PAUSE_S * _GROWTH**number, told_s) if number < _MAX_CROWD_TRIES else None


def find_outage_pause(number: int, waited_s: float, patience_s: float) -> float | None:
    """Return the seconds to wait before a target that cannot be reached is tried again, None without patience left."""
    pause = min(_BUSY_PAUSES_S[0] * _GROWTH**number, _LONGEST_PAUSE_S)
    return pause if waited_s + pause <= patience_s else None


def find_timeout_pause(number: int, *, is_known_unavailable: bool) -> float | None:
    """Return the seconds to wait before a read that timed out is sent again, None where it is not."""
    return None if number or is_known_unavailable else _TIMEOUT_PAUSE_S


def find_limit_pause(told_s: int | None, number: int, waited_s: float, patience_s: float) -> float | None:
    """Return the seconds to wait after a 429 before a request is sent again, None without patience left.

    `told_s` is what Retry-After asks for, None without one. `number` counts the waits so far from 0. A server that asks
    for too little, or states none, gets requests at growing intervals.
    """
    growing = min(_MIN_LIMIT_PAUSE_S * _GROWTH**number, _LONGEST_PAUSE_S)
    if told_s is not None:
        return max(told_s + _MIN_LIMIT_PAUSE_S, growing)
    return growing if waited_s + growing <= patience_s else None


def _count_in_flight(starts: list[float], ends: list[float]) -> dict[float, int]:
    """Return by start how many exchanges were in flight then."""
    started, ended = sorted(starts), sorted(ends)
    return {start: bisect_right(started, start) - bisect_left(ended, start) for start in started}


class Availability:
    """RSP-13 and RSP-08: how often the API was unavailable, and writes that never got a response of the API."""

    def __init__(self) -> None:
        self._requests = 0
        self._aside: Counter[str] = Counter()  # by what came instead of an answer
        self._examples: list[str] = []
        self._writes: dict[str, list[Exchange]] = defaultdict(list)  # by operation
        self._starts: list[float] = []  # of all exchanges, in seconds since 1970
        self._ends: list[float] = []
        self._refused_at: list[float] = []  # starts of those that the server was too busy for

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        self._requests += 1
        elapsed_s = exchange.response.elapsed_s if exchange.response else 0.0
        self._starts.append(exchange.sent_at)
        self._ends.append(exchange.sent_at + elapsed_s)
        if CROWDED in exchange.id or exchange.is_unavailable:
            self._refused_at.append(exchange.sent_at)
        is_busy = CROWDED in exchange.id and exchange.is_unavailable
        if is_busy or ASIDE in exchange.id or (exchange.is_unavailable and not exchange.request.is_safe):
            self._aside[str(exchange.status) if exchange.status else _LOST] += 1
            self._examples.append(exchange.id)
        if not exchange.request.is_safe and exchange.status:
            self._writes[exchange.request.operation].append(exchange)

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome of RSP-13 for the run, and one of RSP-08 for each operation whose writes all failed."""
        if not self._requests:
            return
        aside = Counter({_LOST: self._aside[_LOST]}) if self._is_crowded() else self._aside
        if count := sum(aside.values()):
            kinds = ", ".join(f"{kind} ({times})" for kind, times in aside.most_common())
            share = f"{count / self._requests:.1%} of {self._requests:,} requests"
            message = f"the API was unavailable for {share}: {kinds}; nothing else was concluded from them"
            yield Outcome("RSP-13", "*", Verdict.WARN, message, exchanges=tuple(self._examples[:5]), times=count)
        else:
            yield Outcome("RSP-13", "*", Verdict.PASS)
        yield from self._judge_writes()

    def _is_crowded(self) -> bool:
        """Return whether requests were refused where many were in flight, by no accident: the run sent too many.

        The ranks of the refused ones among all, by the number in flight, would otherwise be 0.5 on average (the test of
        Wilcoxon). An outage refuses repetitions too, when few are in flight.
        """
        levels = _count_in_flight(self._starts, self._ends)
        ordered = sorted(levels.values())
        ranks = [
            (bisect_left(ordered, level) + bisect_right(ordered, level)) / 2 / len(ordered)
            for level in (levels[start] for start in self._refused_at)
        ]
        return bool(ranks) and fmean(ranks) - 0.5 > _MIN_DEVIATIONS / sqrt(12 * len(ranks))

    def _judge_writes(self) -> Iterator[Outcome]:
        """Yield a violation for each operation whose writes never got a response of the API."""
        for operation, exchanges in self._writes.items():
            if len(exchanges) >= _MIN_FAILED_WRITES and all(exchange.is_unavailable for exchange in exchanges):
                message = f"each of {len(exchanges)} requests returned {exchanges[0].status}"
                ids = tuple(exchange.id for exchange in exchanges[:5])
                yield Outcome(SERVER_FAILURE, operation, Verdict.FAIL, message, "below 500", message, exchanges=ids)
