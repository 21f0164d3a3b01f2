"""LIM-01 over a run: the requests of one user are not counted in the allowance of another. Pure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from conformance.checks.headers import LIMIT, REMAINING
from conformance.execution.foreign_owners import has_own_bucket
from conformance.model import Exchange, Outcome, Verdict

_MIN_TURNS = 10  # in each direction, from a request of one user to the next one of another
_MIN_FALLING_SHARE = 0.95  # of these turns: the window of an hour moves on meanwhile
_READINGS = (
    "the requests of two users fall in one and the same allowance (one reading: each pair of application and user has "
    "its own, as the documentation says. The other: the tokens of these users have one allowance together)"
)


class _Reading(NamedTuple):
    """The remaining requests that a response to a user states, and the begin and end of its exchange in seconds."""

    began: float
    ended: float
    left: int
    identity: str
    operation: str
    exchange: str


class SharedAllowance:
    """LIM-01: when two users send requests alternately, those of one user do not reduce the allowance of the other.

    Two allowances differ by a number that hardly changes: from one user to the other it falls, and back it rises. In
    one allowance for both it falls both ways. Which tokens belong to one application is not documented, so that a
    person decides.
    """

    def __init__(self) -> None:
        self._readings: dict[str, list[_Reading]] = {}  # by limit

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request, response = exchange.request, exchange.response
        if response is None or not request.identity.startswith("user_") or not has_own_bucket(request):
            return
        left = response.find_header(REMAINING) or ""
        if left.isascii() and left.isdigit() and exchange.status != 429:
            ended = exchange.sent_at + response.elapsed_s
            reading = _Reading(exchange.sent_at, ended, int(left), request.identity, request.operation, exchange.id)
            self._readings.setdefault(response.find_header(LIMIT) or "", []).append(reading)

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome for review where two users spend one allowance."""
        turns: dict[tuple[str, str], list[tuple[_Reading, _Reading]]] = {}
        for readings in self._readings.values():
            for before, after in pairwise(sorted(readings)):
                if before.identity != after.identity and before.ended < after.began:
                    turns.setdefault((before.identity, after.identity), []).append((before, after))
        for (one, other), there in turns.items():
            back = turns.get((other, one), [])
            if one < other and _falls(there) and _falls(back):
                before, after = there[-1]
                yield Outcome(
                    "LIM-01", after.operation, Verdict.REVIEW, _READINGS, "an allowance of its own",
                    f"{before.left} left after {one}, then {after.left} after {other}", f"header:{REMAINING}",
                    (after.exchange, before.exchange),
                )  # fmt: skip
                return


def _falls(turns: list[tuple[_Reading, _Reading]]) -> bool:
    """Return whether there are enough turns from one user to another, and nearly all leave fewer requests."""
    falls = sum(after.left < before.left for before, after in turns)
    return len(turns) >= _MIN_TURNS and falls >= _MIN_FALLING_SHARE * len(turns)
