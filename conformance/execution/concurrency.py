"""The limit of requests in flight: as many as the target serves without refusing or slowing down. Pure."""

from collections import Counter
from statistics import median
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.model import Target
from conformance.targets.config import Concurrency
from conformance.tools.counts import parse_count

POLITE_CONCURRENCY = 8
"""The most requests in flight to a target elsewhere, where nothing else is configured."""
MAX_AUTO_CONCURRENCY = 32
"""The most requests in flight with `--concurrency auto`."""
MIN_LATENCY_S = 0.01
"""The response time from which waiting, not the processor, decides how long a run takes."""
_MOST = 100  # connections that a channel opens at most
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_STEADY, _SLOW = 1.5, 2.5  # the response time, against the best one, up to which and from which the target is slower
_TOLERANCE_S = 0.02
_CROWDED_SHARE = 0.05  # of refusals with so many requests in flight, from which their number is the reason
_NEAR = 0.75  # of a level
_PATIENCE = 200  # responses after which a few more requests than were refused are tried
_CEILING_STEPS = 5  # in so many parts of itself, or by one, the ceiling rises again


def parse_concurrency(text: str | None) -> Concurrency | None:
    """Return the value of `--concurrency`; raises UsageError where it is neither a positive number nor auto."""
    if text is None:
        return None
    if text == "auto":
        return "auto"
    count = parse_count(text)
    if count is None or not 1 <= count <= _MOST:
        raise UsageError(
            f"--concurrency must be auto or a number from 1 to {_MOST}, got {text!r}",
            hint="For example --concurrency 8",
        )
    return count


def choose_concurrency(wanted: Concurrency | None, target: Target, latency_s: float) -> int | None:
    """Return the most requests in flight, None for one of each worker; `wanted` of None is the default.

    A target that responds at once gets one request at a time from each worker, since threads would only cost time.
    Otherwise the default is that of `auto` for a target on this machine, and a polite number for any other.
    """
    if isinstance(wanted, int):
        return wanted
    if latency_s < MIN_LATENCY_S:
        return None
    is_here = urlsplit(target.base_url).hostname in _LOOPBACK
    return MAX_AUTO_CONCURRENCY if wanted or is_here else POLITE_CONCURRENCY


class ConcurrencyLimit:
    """The number of requests that may be in flight now, never above `most`.

    It grows by one with each round of responses that come as fast as before, shrinks by a fifth when they come slower,
    and by half when the target refuses one (additive increase, multiplicative decrease, as in RFC 5681, section 3.1).
    The level of a request is the number of requests in flight when it was sent, itself included.
    """

    def __init__(self, most: int, start: int = POLITE_CONCURRENCY) -> None:
        self.most = most
        self.current = min(start, most)
        self._ceiling = most  # below the level at which the target refused
        self._crowded_level = float("inf")  # the lowest one that was too high for the target
        self._served: Counter[int] = Counter()  # by level
        self._refused: Counter[int] = Counter()
        self._round: list[float] = []  # response times in seconds
        self._best_s = float("inf")  # the lowest median of a round
        self._is_full = False  # whether the round used the limit
        self._since_change = 0  # responses since the last change of the ceiling
        self._unheeded = 0  # requests that were in flight when the limit shrank, whose refusal is no new information

    def add_response(self, level: int, elapsed_s: float) -> None:
        """Take note of a response to a request of a level."""
        self._served[level] += 1
        self._unheeded = max(0, self._unheeded - 1)
        self._since_change += 1
        self._round.append(elapsed_s)
        self._is_full = self._is_full or level >= self.current
        if self._since_change >= _PATIENCE and self._ceiling < self.most:
            self._ceiling = min(self.most, self._ceiling + max(1, self._ceiling // _CEILING_STEPS))
            self._since_change = 0
        if len(self._round) >= self.current:
            self._end_round()

    def add_refusal(self, level: int) -> bool:
        """Take note of a refusal; return whether the number of requests in flight may be its reason.

        It may where the target refuses more than a few of the requests with so many in flight, since one that fails at
        random refuses fewer, and near a level where it once was.
        """
        self._refused[level] += 1
        refused = sum(count for at, count in self._refused.items() if at >= level)
        served = sum(count for at, count in self._served.items() if at >= level)
        is_often_refused = level > 1 and refused >= _CROWDED_SHARE * (refused + served)
        is_crowded = is_often_refused or (level > 1 and level >= _NEAR * self._crowded_level)
        if is_often_refused:
            self._crowded_level = min(self._crowded_level, level)
        if is_crowded:
            self._ceiling = max(1, min(self._ceiling, level - 1))
            self._since_change = 0
        if self._unheeded:
            self._unheeded -= 1
        else:
            self._unheeded = level - 1
            self.current = max(1, min(self.current // 2, self._ceiling))
        self._round.clear()
        return is_crowded

    def _end_round(self) -> None:
        typical_s = median(self._round)
        if typical_s > _SLOW * self._best_s + _TOLERANCE_S:
            self.current = max(1, self.current * 4 // 5)
        elif typical_s <= _STEADY * self._best_s + _TOLERANCE_S and self._is_full:
            self.current = min(self.current + 1, self._ceiling)
        self._best_s = min(self._best_s, typical_s)
        self._round.clear()
        self._is_full = False
