"""The pace of a run that spreads over several hours: no identity sends more in any hour than its rate limit allows."""

import time
from collections.abc import Callable

import msgspec

from conformance.execution.spec import RunSpec
from conformance.execution.store import SharedStore

_TOLD_WAIT_S = 1.0  # the shortest wait that the run log reports


class HourlyPace(msgspec.Struct, frozen=True):
    """The pace at which identities may send: `limit` requests of each in an hour of `hour_s` seconds.

    The hour is counted back from each request, so that no hour, wherever it begins, holds more.
    """

    store: SharedStore
    limit: int
    hour_s: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def wait_for_turn(self, identity: str) -> str:
        """Reserve one request of an identity, and wait until then; return a long wait in words, empty for none."""
        told = ""
        while wait := self.store.reserve_recent(identity, self.limit, self.clock(), self.hour_s):
            who = identity or "anonymous"
            notice = f"{who} has sent {self.limit:,} requests within the hour: waiting {wait:,.0f} s for the next one"
            told = notice if wait >= _TOLD_WAIT_S else told
            self.store.announce(notice)
            self.sleep(wait)
            self.store.announce("")
        return told

    def charge(self, identity: str, count: int) -> None:
        """Count requests that an identity sent within this hour before the run."""
        self.store.reserve_recent(identity, count, self.clock(), self.hour_s, count)


def build_pace(spec: RunSpec, store: SharedStore) -> HourlyPace | None:
    """Return the pace of a run of several hours, None for one that may send its whole budget at once."""
    limit = spec.build_plan_options().get_full_hour()
    return HourlyPace(store, limit, spec.hour_s, time.time, time.sleep) if spec.hours > 1 and limit else None
