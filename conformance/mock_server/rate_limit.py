"""A rate limit: requests per rolling hour for each pair of application and user."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from conformance.mock_server import clock

WINDOW_S = 3600  # seconds
DEFAULT_RATE_LIMIT = 100_000  # requests in a window by default: large enough not to limit a test


@dataclass(slots=True)
class _Bucket:
    """Counts of requests by second, oldest first, and their sum."""

    counts: deque[list[int]] = field(default_factory=deque)
    total: int = 0

    def forget(self, second: int) -> None:
        while self.counts and self.counts[0][0] <= second - WINDOW_S:
            self.total -= self.counts.popleft()[1]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The requests left after a request. `retry_after` is 0 where the request may pass, else the seconds to wait."""

    limit: int
    remaining: int
    retry_after: int = 0


class RateLimit:
    """A rolling window, kept by the second; a refused request does not count."""

    def __init__(self, limit: int, application_limits: Mapping[str, int] = MappingProxyType({})) -> None:
        self.limit = limit
        self._own = application_limits  # smaller limits of single applications
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take_request(self, application: str, user: str, now: int) -> Allowance:
        """Count one request at `now` (microseconds) and return the allowance that is left."""
        second = now // clock.SECOND
        bucket = self._buckets.setdefault((application, user), _Bucket())
        bucket.forget(second)
        limit = min(self.limit, self._own.get(application, self.limit))
        if bucket.total >= limit:
            wait = bucket.counts[0][0] + WINDOW_S - second if bucket.counts else WINDOW_S
            return Allowance(limit, 0, max(1, wait))
        if bucket.counts and bucket.counts[-1][0] == second:
            bucket.counts[-1][1] += 1
        else:
            bucket.counts.append([second, 1])
        bucket.total += 1
        return Allowance(limit, limit - bucket.total)
